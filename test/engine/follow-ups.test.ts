import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { AuditReading } from '../../src/domain/follow-up.ts';
import { createAdvance } from '../../src/engine/advance.ts';
import { createFollowUpBook } from '../../src/engine/follow-up-book.ts';
import { quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { anna, makeStep } from '../support/domain.ts';
import { createWorld } from '../support/ports.ts';
import { openDesks } from './desks.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

const never = new AbortController().signal;
const nobody = { kind: 'person', id: 'U0NOBODY', name: 'Nobody', via: 'slack' } as const;
const draft = {
  text: 'Set a timeout.',
  database: 'orders',
  proofs: [{ audit: 'statement-timeout', subject: 'role app' }],
  incident: 'INC-1',
};
const factor = {
  audit: 'statement-timeout',
  title: 'Role without statement_timeout',
  severity: 'high',
  subject: 'role app',
  evidence: 'None is set.',
  remedy: 'Set a statement_timeout for the role',
};
const reading = (at: Date, red: AuditReading['red'] = []): AuditReading => ({
  database: 'orders',
  at: at.toISOString(),
  red,
  whole: ['statement-timeout'],
});

async function replicas() {
  const { replicas: all } = await openDesks(await server.createDatabase(), [makeStep('a')], 2);
  const [one, two] = all;
  if (one === undefined || two === undefined) throw new Error('There are not two replicas.');
  const written = async (): Promise<readonly DomainEvent[]> =>
    (await one.state.journal.read('follow-ups')).map(({ event }) => event);
  return { one, two, written };
}

test('the action items of a post-mortem live on, once, whoever writes it how often', {
  timeout: 60_000,
}, async () => {
  const { one, written } = await replicas();
  await one.desk.close('INC-1', anna, 'Over.');
  await one.desk.writePostMortem('INC-1', anna);
  const advance = createAdvance({
    ...one,
    kinds: new Map(),
    ports: createWorld().context().ports,
    runbooks: new Map(),
    authority: { observe: [], workload: [], session: [], incident: [] },
    records: {
      impact: { questions: () => [] },
      factors: async () => ({ factors: [factor], unaudited: [] }),
    },
    guard: { protectedRoles: [], protectedApplications: null, protectedAddresses: [], minimumAgeSeconds: 5 },
    clock: { now: () => new Date(), steady: () => performance.now(), sleep: async () => undefined },
    logger: quiet,
    instance: 'test',
  });
  await advance('INC-1', never, never);
  const { items } = await one.desk.followUps.view();
  expect(items).toMatchObject([
    {
      id: 'FU-1',
      text: 'Set a statement_timeout for the role (role app)',
      database: 'orders',
      proofs: [{ audit: 'statement-timeout', subject: 'role app' }],
      incidents: ['INC-1'],
      status: 'open',
    },
  ]);
  await createFollowUpBook(one.state.journal).take('INC-1', [draft]);
  expect(await written()).toHaveLength(1);
});

test('a person takes them up where Slack did not, once, and only who may', { timeout: 60_000 }, async () => {
  const { one, two, written } = await replicas();
  const wish = { incident: 'INC-1', drafts: [draft] };
  expect(await one.desk.followUps.take({ ...wish, by: nobody })).toContain('Nothing was changed');
  for (const { desk } of [one, two]) expect(await desk.followUps.take({ ...wish, by: anna })).toBeNull();
  expect(await written()).toMatchObject([
    { type: 'follow-up.refused', by: nobody },
    { type: 'follow-up.added', by: anna, incident: 'INC-1' },
  ]);
});

test('two replicas at the same time take up and judge once', { timeout: 60_000 }, async () => {
  const { one, two, written } = await replicas();
  const books = [one, two].map(({ state }) => createFollowUpBook(state.journal));
  await Promise.all(books.map(async (book) => book.take('INC-1', [draft])));
  const red = [{ audit: 'statement-timeout', subject: 'role app' }];
  const later = (ms: number) => new Date(Date.now() + ms);
  for (const read of [reading(later(1_000)), reading(later(60_000), red)])
    await Promise.all(books.map(async (book) => book.judge([read])));
  expect(await written()).toMatchObject([
    { type: 'follow-up.added' },
    { type: 'follow-up.settled', to: 'done', because: 'Green: statement-timeout (role app).' },
    {
      type: 'follow-up.settled',
      to: 'open',
      because: expect.stringMatching(/^Red again: .* It was green from 20.* UTC\. It comes from INC-1\.$/),
    },
  ]);
});

test('people say who and until when, drop with a reason only, and never say what an audit proves', {
  timeout: 60_000,
}, async () => {
  const { one, two, written } = await replicas();
  await createFollowUpBook(one.state.journal).take('INC-1', [draft]);
  const id = 'FU-1';
  const { followUps } = one.desk;
  const due = '2999-12-31';
  const wish = { id, owner: anna, due, by: anna, click: 'click-1' };
  // The same click on both replicas counts once.
  await Promise.all([one, two].map(async ({ desk }) => desk.followUps.change(wish)));
  expect(await followUps.change({ id, due: '2020-01-01', by: anna })).toContain('is over');
  expect(await followUps.change({ id, due: '2026-02-30', by: anna })).toContain('Give the day');
  expect(await followUps.change({ id, to: 'done', by: anna })).toContain('is done when that is green');
  expect(await followUps.change({ id, to: 'dropped', by: anna })).toContain('Say why');
  for (const _ of [1, 2])
    expect(await followUps.change({ id, to: 'dropped', reason: 'because', by: nobody })).toContain(
      'Nothing was changed',
    );
  expect(await followUps.change({ id, to: 'dropped', reason: 'The job is gone.', by: anna })).toBeNull();
  expect((await followUps.view()).items).toMatchObject([
    { owner: anna, due, status: 'dropped', because: 'The job is gone.', by: anna },
  ]);
  expect((await written()).map(({ type }) => type)).toEqual([
    'follow-up.added',
    'follow-up.assigned',
    'follow-up.scheduled',
    'follow-up.refused',
    'follow-up.settled',
  ]);
});

test('what is added by hand names a database and audits that there are', { timeout: 60_000 }, async () => {
  const { one, two } = await replicas();
  const wish = {
    text: 'Write the runbook.',
    database: null,
    proofs: [],
    incident: null,
    owner: null,
    due: null,
    by: anna,
  };
  expect(await one.desk.followUps.add(wish)).toMatchObject({ status: 'added', followUp: { id: 'FU-1' } });
  const refused = { status: 'refused', message: expect.stringContaining('There is no') };
  expect(await one.desk.followUps.add({ ...wish, database: 'ordres' })).toMatchObject(refused);
  const proofs = [{ audit: 'no-such-audit', subject: null }];
  expect(await one.desk.followUps.add({ ...wish, database: 'orders', proofs })).toMatchObject(refused);
  expect(await one.desk.followUps.change({ id: 'FU-1', to: 'done', by: anna })).toBeNull();
  expect(await one.desk.followUps.change({ id: 'FU-1', to: 'open', by: anna })).toBeNull();
  expect((await one.desk.followUps.view()).items).toMatchObject([{ status: 'open' }]);
  // One window counts once, also on two replicas at the same moment and after a crash in between.
  const click = 'window-1';
  await Promise.all([one, two].map(async ({ desk }) => desk.followUps.add({ ...wish, click })));
  expect(await two.desk.followUps.add({ ...wish, click })).toMatchObject({ status: 'refused' });
  expect((await two.desk.followUps.view()).items).toHaveLength(2);
});
