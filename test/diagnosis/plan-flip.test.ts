import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import { factsOf, fixtureFacts } from '../support/diagnosis-fixtures.ts';
import { cluster, group, outage, pgTime, session, snapshot } from '../support/fixtures.ts';

const confidenceIn = (facts: DiagnosisFacts, wanted = 'plan-flip') =>
  diagnose(facts).find(({ kind }) => kind === wanted)?.confidence ?? 0;
const first = (facts: DiagnosisFacts) => diagnose(facts)[0]?.kind;

/** Six sessions of one service at one statement for eight seconds each, on two cores. */
const clients = Array.from({ length: 6 }, (_, index) =>
  session(index + 1, {
    age: 8,
    user: 'checkout_api',
    applicationName: 'checkout-api',
    clientAddress: '10.0.3.5',
    queryId: '12',
  }),
);
const slow = factsOf({
  cluster: cluster(),
  snapshot: snapshot({ sessions: clients, onCpu: 6, groups: [group({ backends: 6, state: 'active' })] }),
});
const was = (calls: number, meanMs: number, minMs = meanMs / 2) => [
  { queryId: '12', calls, meanMs, minMs, maxMs: meanMs * 2 },
];
/** An earlier reading with the same clients connected. */
const calm = (seconds: number) => snapshot({ at: pgTime(-seconds), groups: [group({ backends: 6 })] });

describe('plan-flip', () => {
  it('is believed before a runaway of the same service when the statement was fast', () => {
    const facts = { ...slow, statements: was(5000, 2) };
    expect(first(facts)).toBe('plan-flip');
    expect(diagnose(facts)[0]?.evidence.join(' ')).toContain(
      'It ran 5000 times before, in 2.0 ms on average',
    );
  });

  it('is not believed of a statement that always took so long', () => {
    expect(confidenceIn({ ...slow, statements: was(5000, 4000) })).toBe(0);
  });

  it('is not believed of a statement that has hardly run before: its average says nothing', () => {
    expect(confidenceIn({ ...slow, statements: was(8, 2) })).toBe(0);
  });

  it('is not believed of a service that a batch slows down', () => {
    const overloaded = outage();
    const facts = factsOf({
      cluster: cluster(),
      snapshot: {
        ...overloaded,
        sessions: overloaded.sessions.map((one) =>
          one.queryId === '12' ? { ...one, stateSeconds: 2 } : one,
        ),
      },
      statements: was(500_000, 3),
    });
    expect(first(facts)).toBe('runaway-batch-query');
    expect(confidenceIn(facts)).toBe(0);
  });

  it('is not believed of a few among many different statements', () => {
    const others = Array.from({ length: 20 }, (_, index) =>
      session(100 + index, { queryId: `${100 + index}` }),
    );
    const mixed = { ...slow.snapshot, sessions: [...others, ...clients], onCpu: 26 };
    expect(confidenceIn({ ...slow, snapshot: mixed, statements: was(5000, 2) })).toBe(0);
  });

  it('takes into account that a crowded server makes every statement slower', () => {
    const crowded = { ...slow, snapshot: { ...slow.snapshot, onCpu: 120 } };
    expect(confidenceIn({ ...crowded, statements: was(5000, 200) })).toBe(0);
    expect(confidenceIn({ ...slow, statements: was(5000, 200) })).toBeGreaterThan(0.9);
  });

  it('stays below the runaway when only its best time was good', () => {
    const facts = { ...slow, statements: was(5000, 900, 1) };
    expect(first(facts)).toBe('runaway-application-query');
    expect(confidenceIn(facts)).toBeGreaterThanOrEqual(0.5);
  });

  it('without statistics is possible when earlier readings never saw the statement, and says what would settle it', () => {
    const facts = { ...slow, history: [calm(300), calm(200), calm(100)] };
    expect(first(facts)).toBe('runaway-application-query');
    const flip = diagnose(facts).find(({ kind }) => kind === 'plan-flip');
    expect(flip?.evidence.join(' ')).toContain('In 3 earlier readings its clients were connected');
    expect(flip?.settles.join(' ')).toContain('pg_stat_statements');
    const seen = { ...calm(200), sessions: clients.slice(0, 1) };
    expect(confidenceIn({ ...slow, history: [calm(300), seen, calm(100), calm(50)] })).toBe(0);
    expect(confidenceIn(slow)).toBe(0);
  });

  it('is silent about the recorded incident when nothing tells how fast the statement was', () => {
    const facts = fixtureFacts('plan-flip');
    expect(confidenceIn(facts)).toBeGreaterThan(0.9);
    expect(confidenceIn({ ...facts, statements: null })).toBe(0);
  });
});
