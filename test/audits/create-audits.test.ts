import { expect, test } from 'vitest';
import { createAudits } from '../../src/audits/create-audits.ts';
import { missingGuardrails } from '../../src/audits/factors.ts';
import { loadAudits } from '../../src/audits/registry.ts';
import type { Suppression } from '../../src/domain/audit-policy.ts';
import { FirebreakError } from '../../src/domain/errors.ts';
import { advancingClock } from '../support/advancing-clock.ts';
import { loginRole, serverReadout } from '../support/audit-facts.ts';
import { createWorld, type World } from '../support/ports.ts';

const audits = (await loadAudits()).filter(({ id }) =>
  ['statement-timeout', 'sequential-scans'].includes(id),
);
const signal = new AbortController().signal;

function auditsOf(
  world: World,
  suppress: readonly Suppression[] = [],
  clock = advancingClock(new Date('2024-11-15T00:00:00Z')),
) {
  const { databases, poolers, workloads } = world.context().ports;
  return createAudits(
    { databases, poolers, workloads, suspensions: null },
    {
      audits,
      policy: { peak: null, suppress },
      known: () => ({ hosts: { primary: [], replicas: [], others: [] }, protectedRoles: ['migrations'] }),
      clock,
    },
  );
}

function unbounded(...names: string[]): World {
  const world = createWorld();
  world.server = serverReadout({
    settings: { statement_timeout: { value: '0', unit: 'ms', pendingRestart: false } },
    roles: [loginRole('firebreak', { own: true }), ...names.map((name) => loginRole(name))],
  });
  return world;
}

const entry = (parts: Partial<Suppression>): Suppression => ({
  audit: 'statement-timeout',
  subject: 'role *',
  reason: 'moved in Q1',
  until: '2024-11-15',
  ...parts,
});

test('findings have a name that is the same in every run, and differs by database, audit and subject', async () => {
  const running = auditsOf(unbounded('app', 'batch'));
  const [first, second] = [await running.run('orders', signal), await running.run('orders', signal)];
  const names = first.findings.map(({ fingerprint }) => fingerprint);
  expect(new Set(names).size).toBe(2);
  expect(second.findings.map(({ fingerprint }) => fingerprint)).toEqual(names);
  const [elsewhere] = (await auditsOf(unbounded('app')).run('other', signal)).findings;
  expect(names).not.toContain(elsewhere?.fingerprint);
});

test('protected roles are mentioned as info', async () => {
  const { findings } = await auditsOf(unbounded('migrations', 'app')).run('orders', signal);
  expect(findings.map(({ subject, severity }) => `${severity} ${subject}`)).toEqual([
    'high role app',
    'info role migrations',
  ]);
});

test('a suppression puts aside what it names, on its last day too, with its reason', async () => {
  const { findings, suppressed, notes } = await auditsOf(unbounded('app', 'nightly_load', 'nightly_dump'), [
    entry({ subject: 'role nightly_*' }),
  ]).run('orders', signal);
  expect(findings.map(({ subject }) => subject)).toEqual(['role app']);
  expect(suppressed.map(({ finding, reason, until }) => [finding.subject, reason, until])).toEqual([
    ['role nightly_dump', 'moved in Q1', '2024-11-15'],
    ['role nightly_load', 'moved in Q1', '2024-11-15'],
  ]);
  expect(notes).toEqual([]);
});

test('a suppression that is over says so, and one of another database or audit does not count', async () => {
  const { findings, suppressed } = await auditsOf(unbounded('app'), [
    entry({ until: '2024-11-14' }),
    entry({ database: 'billing' }),
    entry({ audit: 'lock-timeout' }),
    entry({ subject: 'role ap' }),
  ]).run('orders', signal);
  expect(suppressed).toEqual([]);
  expect(findings[0]?.expired).toEqual({ reason: 'moved in Q1', until: '2024-11-14' });
});

test('a suppression of this database that meets nothing is told', async () => {
  const { notes } = await auditsOf(unbounded('app'), [
    entry({ subject: 'role gone', database: 'orders' }),
  ]).run('orders', signal);
  expect(notes).toEqual([expect.stringContaining('"role gone" (until 2024-11-15) met nothing')]);
});

test('what cannot be read is listed with its reason; the other audits go on', async () => {
  const world = unbounded('app');
  world.faults.set(
    'relationReadout',
    new FirebreakError('database-timeout', 'Too slow.', { hint: 'Try again.' }),
  );
  const report = await auditsOf(world).run('orders', signal);
  expect(report.findings).toHaveLength(1);
  expect(report.checked).toEqual(['statement-timeout']);
  expect(report.notChecked).toEqual([
    {
      audit: 'sequential-scans',
      title: expect.any(String),
      because: 'unreadable',
      why: 'Too slow. Try again.',
    },
  ]);
});

test('a young reading is used again, and shared by those who ask at the same time', async () => {
  const world = unbounded('app');
  let reads = 0;
  const { databases } = world.context().ports;
  const counting = {
    ...databases,
    serverReadout: async (...given: Parameters<typeof databases.serverReadout>) => {
      reads += 1;
      return databases.serverReadout(...given);
    },
  };
  let now = Date.parse('2024-11-15T00:00:00Z');
  const running = createAudits(
    { ...world.context().ports, databases: counting, suspensions: null },
    {
      audits,
      policy: { peak: null, suppress: [] },
      known: () => ({ hosts: { primary: [], replicas: [], others: [] }, protectedRoles: [] }),
      clock: { now: () => new Date(now), steady: () => now, sleep: async () => {} },
    },
  );
  const reports = await Promise.all([running.run('orders', signal), running.run('orders', signal)]);
  now += 9_999;
  reports.push(await running.run('orders', signal));
  expect(reads).toBe(1);
  expect(new Set(reports.map(({ at }) => at)).size).toBe(1);
  now += 1;
  await running.run('orders', signal);
  expect(reads).toBe(2);
});

test('an abort ends the waiting', async () => {
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  await expect(auditsOf(unbounded('app')).run('orders', stop.signal)).rejects.toThrow('enough');
});

test('a post-mortem gets the missing guardrails that matter, and what was not looked at', async () => {
  const world = unbounded('app', 'migrations');
  world.faults.set(
    'relationReadout',
    new FirebreakError('database-timeout', 'Too slow.', { hint: 'Try again.' }),
  );
  const { factors, unaudited } = await missingGuardrails(auditsOf(world), 'orders', signal);
  expect(factors).toMatchObject([
    {
      audit: 'statement-timeout',
      subject: 'role app',
      severity: 'high',
      remedy: 'Set statement_timeout',
    },
  ]);
  expect(unaudited).toEqual(['Not audited: sequential-scans. Too slow. Try again.']);
});
