import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { readFixtures } from '../support/diagnosis-fixtures.ts';
import { session } from '../support/fixtures.ts';

const recorded = (name: string): DiagnosisFacts => {
  const fixture = readFixtures().find((one) => one.name === name);
  if (fixture === undefined) throw new Error(`no fixture ${name}`);
  return fixture.facts;
};
const withSnapshot = (facts: DiagnosisFacts, change: (snapshot: Snapshot) => Partial<Snapshot>) => ({
  ...facts,
  snapshot: { ...facts.snapshot, ...change(facts.snapshot) },
});
const kinds = (facts: DiagnosisFacts) => diagnose(facts).map(({ kind }) => kind);
const top = (facts: DiagnosisFacts) => {
  const [first] = diagnose(facts);
  if (first === undefined) throw new Error('diagnose() returned nothing');
  return first;
};
/** The groups of the heaviest role under another state, address or age. */
const heaviest = ({ groups }: Snapshot) => groups.toSorted((a, b) => b.backends - a.backends)[0]?.user;

describe('a leak, a storm and pools that are too many', () => {
  it.each(['connection-leak', 'connection-storm', 'idle-pools'])(
    '%s is never two of them at once',
    (name) => {
      const found = kinds(recorded(name)).filter((kind) =>
        ['connection-leak', 'connection-storm', 'idle-pools'].includes(kind),
      );
      expect(found).toEqual([name]);
    },
  );

  it('connections of one address are a leak, however young: pods have more than one address', () => {
    const facts = withSnapshot(recorded('connection-leak'), ({ groups }) => ({
      groups: groups.map((group) => ({ ...group, youngBackends: group.backends })),
    }));
    expect(top(facts).kind).toBe('connection-leak');
  });

  it('the pods of a storm have pools of one size: when one of them holds most, it leaks', () => {
    const facts = withSnapshot(recorded('connection-storm'), ({ groups }) => {
      const own = groups.filter(({ applicationName }) => applicationName === 'cart-api');
      const [first, ...others] = own;
      return {
        groups: [
          ...groups.filter((group) => !own.includes(group)),
          ...(first === undefined ? [] : [{ ...first, backends: 37, oldestSeconds: 300 }]),
          ...others.map((group) => ({ ...group, backends: 1 })),
        ],
      };
    });
    expect(top(facts).kind).toBe('connection-leak');
  });

  it('minutes later a storm is still one by its rollout; long after it, the same connections are a leak', () => {
    const later = (seconds: number, rolledOutAgo: number) => {
      const facts = withSnapshot(recorded('connection-storm'), ({ groups }) => ({
        groups: groups.map((group) => ({
          ...group,
          youngBackends: 0,
          oldestSeconds: seconds,
          oldestBackendSeconds: seconds,
        })),
      }));
      const at = Date.parse(facts.snapshot.at.replace(' ', 'T').replace(/\+00$/, 'Z'));
      const rolledOutAt = new Date(at - rolledOutAgo * 1000).toISOString();
      const deployments = facts.cluster.deployments.map((one) => ({ ...one, rolledOutAt }));
      return { ...facts, cluster: { ...facts.cluster, deployments } };
    };
    expect(top(later(600, 610))).toMatchObject({ kind: 'connection-storm', confidence: 0.92 });
    expect(top(later(36_000, 36_010)).kind).toBe('connection-leak');
    expect(top(later(36_000, 60)).kind).toBe('connection-leak');
  });

  it('without a cluster a storm is told by its ages and addresses, with less confidence and what would settle it', () => {
    const facts = recorded('connection-storm');
    const blind = {
      ...facts,
      cluster: {
        ...facts.cluster,
        podsByIp: {},
        deployments: [],
        deploymentGaps: ['Deployments in namespace shop: forbidden'],
      },
    };
    expect(top(blind)).toMatchObject({ kind: 'connection-storm', confidence: 0.75 });
    expect(top(blind).settles.join(' ')).toContain('Deployments in namespace shop: forbidden');
  });

  it('a leak that began with a rollout says so, and going back helps first', () => {
    const facts = recorded('connection-leak');
    const at = Date.parse(facts.snapshot.at.replace(' ', 'T').replace(/\+00$/, 'Z'));
    const deployments = facts.cluster.deployments.map((one) => ({
      ...one,
      rolledOutAt: new Date(at - 300_000).toISOString(),
    }));
    const found = top({ ...facts, cluster: { ...facts.cluster, deployments } });
    expect(found.kind).toBe('connection-leak');
    expect(found.evidence.join(' ')).toMatch(/rolled out 5m.* ago: image .*6.0 became .*7.0/);
    expect(found.helps[0]).toContain('back to the revision before');
  });
});

describe('look-alikes', () => {
  const names = ['connection-leak', 'connection-storm', 'idle-pools'];

  it.each(names)('%s is silent while slots are free', (name) => {
    const facts = withSnapshot(recorded(name), ({ slots }) => ({ slots: { ...slots, max: slots.max * 3 } }));
    expect(kinds(facts)).not.toContain(name);
  });

  it.each(names)('%s is silent when the sessions work instead of idling', (name) => {
    const facts = withSnapshot(recorded(name), ({ groups }) => ({
      groups: groups.map((group) => ({ ...group, state: 'active' })),
    }));
    expect(kinds(facts).filter((kind) => names.includes(kind))).toEqual([]);
  });

  it('idle pools are no reason while most connections are at work', () => {
    const facts = withSnapshot(recorded('idle-pools'), ({ groups }) => ({
      groups: groups.flatMap((group) =>
        group.backends < 4
          ? [group]
          : [
              { ...group, backends: 3 },
              { ...group, backends: group.backends - 3, state: 'active' },
            ],
      ),
    }));
    expect(kinds(facts)).not.toContain('idle-pools');
  });

  it.each(names)('%s is silent when the sessions idle in transactions: those hold locks', (name) => {
    const facts = withSnapshot(recorded(name), ({ groups, startedAt }) => ({
      groups: groups.map((group) => ({ ...group, state: 'idle in transaction' })),
      sessions: Array.from({ length: 40 }, (_, index) =>
        session(70_000 + index, { serverStart: startedAt, state: 'idle in transaction', age: 90 }),
      ),
    }));
    expect(kinds(facts).filter((kind) => names.includes(kind))).toEqual([]);
    expect(top(facts).kind).toBe('idle-in-transaction');
  });

  it.each(names)('%s does not hide the root of a lock queue', (name) => {
    const facts = withSnapshot(recorded(name), ({ startedAt }) => ({
      sessions: [
        session(1, { serverStart: startedAt, state: 'idle in transaction', age: 40 }),
        ...[2, 3, 4, 5].map((pid) =>
          session(pid, {
            serverStart: startedAt,
            waitEventType: 'Lock',
            waitEvent: 'transactionid',
            age: 20,
          }),
        ),
      ],
      lockWaiters: [2, 3, 4, 5].map((pid) => ({ pid, blockers: [1] })),
    }));
    expect(top(facts).kind).toBe('idle-in-transaction');
  });

  it('a reporting tool and a person with one idle session each are nobody’s suspects', () => {
    const facts = recorded('connection-leak');
    expect(heaviest(facts.snapshot)).toBe('cart_api');
    expect(top(facts).evidence.join(' ')).not.toContain('Metabase');
  });
});
