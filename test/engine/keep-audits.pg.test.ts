import { afterAll, beforeAll, expect, test } from 'vitest';
import { noWorkloads } from '../../src/adapters/kubernetes/no-workloads.ts';
import { createPoolers } from '../../src/adapters/pgbouncer/poolers.ts';
import { createAudits } from '../../src/audits/create-audits.ts';
import { loadAudits } from '../../src/audits/registry.ts';
import type { AuditDigest, FindingName } from '../../src/domain/audit-digest.ts';
import { createAuditDigests } from '../../src/engine/audit-digests.ts';
import { createFollowUpBook } from '../../src/engine/follow-up-book.ts';
import { keepAudits } from '../../src/engine/keep-audits.ts';
import { keepFollowUps } from '../../src/engine/keep-follow-ups.ts';
import type { State } from '../../src/ports/state.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import {
  type AppServer,
  secret,
  silent,
  startAppServer,
  startDatabases,
} from '../adapters/postgres/support.ts';
import { opened, quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;

let server: TestServer;
let app: AppServer;
beforeAll(async () => {
  [server, app] = await Promise.all([startServer(), startAppServer()]);
  await asSuperuser('grant pg_read_all_stats to app');
});
afterAll(async () => {
  await server.end();
  await app[Symbol.asyncDispose]();
});

const asSuperuser = async (sql: string) => query(app.server().url({ database: 'appdb' }), sql);
const names = (findings: readonly FindingName[] = []) =>
  findings.map(({ audit, subject }) => `${audit}: ${subject}`);

/** Two replicas of one state whose clock stands at 14:00 UTC, which is 23:00 in Seoul. */
async function scene(stack: AsyncDisposableStack) {
  const url = await server.createDatabase();
  const clock = createVirtualClock();
  const databases = await startDatabases({ url: secret(app.url('bot')), replicas: [] });
  stack.defer(async () => databases.stop());
  const audits = createAudits(
    {
      databases,
      poolers: createPoolers([], { logger: silent }),
      workloads: noWorkloads(),
      suspensions: null,
    },
    {
      audits: await loadAudits(),
      policy: { peak: null, suppress: [] },
      known: () => ({ hosts: { primary: [], replicas: [], others: [] }, protectedRoles: [] }),
      clock,
    },
  );
  const states: State[] = [];
  for (const instance of ['one', 'two']) {
    const state = await opened(url, { instance });
    stack.defer(async () => state.stop());
    states.push(state);
  }
  const schedule = { cron: '0 9 * * *', timeZone: 'Asia/Seoul' };
  const start = () => {
    const kept = states.map((state) =>
      keepAudits({ state, audits, databases: ['shop'], schedule, clock, logger: quiet }),
    );
    return async () => Promise.all(kept.map(async (one) => one[Symbol.asyncDispose]()));
  };
  /** On a slow machine a look may end after its time was over: the clock goes on while it is waited for. */
  const later = <T>(read: () => Promise<T>) =>
    expect.poll(
      async () => {
        await clock.advance(MINUTE_MS, MINUTE_MS);
        return await read();
      },
      { timeout: 20_000 },
    );
  const recent = async (): Promise<readonly AuditDigest[]> =>
    createAuditDigests((states[0] as State).journal).recent(10);
  const digests = async (count: number) => {
    await later(async () => (await recent()).length).toBe(count);
    return (await recent()).map(({ slot, databases: [shop] }) => ({ slot, shop }));
  };
  return { clock, start, digests, later, recent, states, audits };
}

test('the audits run at their times in their zone, once for all replicas, and tell what changed since the last time', {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { clock, start, digests, recent } = await scene(stack);
  let stop = start();
  await clock.advance(9 * HOUR_MS, HOUR_MS);
  expect(await recent()).toEqual([]);
  await clock.advance(HOUR_MS, HOUR_MS);
  const [first] = await digests(1);
  expect(first?.slot).toBe('2026-11-16T00:00:00.000Z');
  expect(first?.shop?.changed).toBeNull();
  expect(names(first?.shop?.findings)).toContain('statement-timeout: role app');

  await asSuperuser(`alter role app set statement_timeout = '30s'`);
  await asSuperuser('create role newcomer login');
  await clock.advance(24 * HOUR_MS, HOUR_MS);
  const [, second] = await digests(2);
  expect(names(second?.shop?.changed?.gone)).toEqual(['statement-timeout: role app']);
  expect(names(second?.shop?.changed?.fresh)).toContain('role-connection-limit: role newcomer');

  // Nobody is there for three days: one digest is made up for, of the newest time.
  await stop();
  await clock.advance(72 * HOUR_MS, 24 * HOUR_MS);
  stop = start();
  const made = await digests(3);
  expect(made[2]?.slot).toBe('2026-11-20T00:00:00.000Z');
  await stop();
});

test('what cannot be read is neither new nor gone: it stands as it stood', { timeout: 60_000 }, async () => {
  await using stack = new AsyncDisposableStack();
  const { clock, start, digests } = await scene(stack);
  const stop = start();
  await clock.advance(10 * HOUR_MS, HOUR_MS);
  const [first] = await digests(1);
  await app.restart(async () => {
    await clock.advance(24 * HOUR_MS, HOUR_MS);
    const [, second] = await digests(2);
    expect(second?.shop?.unreadable).toContain('statement-timeout');
    expect(second?.shop?.changed).toEqual({ fresh: [], gone: [] });
    expect(names(second?.shop?.findings).toSorted()).toEqual(names(first?.shop?.findings).toSorted());
  });
  await stop();
});

test('a follow-up is done when its audit is green, open again when it is red, and the weekly digest tells both', {
  timeout: 120_000,
}, async () => {
  await asSuperuser('alter role app reset statement_timeout');
  await using stack = new AsyncDisposableStack();
  const { clock, start, digests, later, states, audits } = await scene(stack);
  const [state] = states;
  if (state === undefined) throw new Error('There is no state.');
  const book = createFollowUpBook(state.journal);
  const items = async () => (await book.read()).record.items;
  const proofs = [{ audit: 'statement-timeout', subject: 'role app' }];
  const added = { text: 'Set a statement_timeout.', database: 'shop', proofs, incident: 'INC-12' };
  await book.take('INC-12', [added]);
  // Events are written at the time of the state database, which is the real one; readings have that of the schedule.
  await clock.advance(Math.max(0, Date.now() - clock.now().getTime()) + HOUR_MS, 24 * HOUR_MS);
  const schedule = { cron: '0 9 * * 1', timeZone: 'Asia/Seoul' };
  const kept = { audits, databases: ['shop'], schedule, timeZone: 'Asia/Seoul', clock, logger: quiet };
  const weekly = states.map((one) => keepFollowUps({ ...kept, state: one }));
  const stop = start();

  await clock.advance(24 * HOUR_MS, HOUR_MS);
  await digests(1);
  expect(await items()).toMatchObject([{ status: 'open', because: '' }]);

  await asSuperuser(`alter role app set statement_timeout = '30s'`);
  await clock.advance(24 * HOUR_MS, HOUR_MS);
  await later(items).toMatchObject([{ status: 'done', because: expect.stringContaining('Green') }]);

  // What cannot be read proves nothing.
  await app.restart(async () => {
    await clock.advance(24 * HOUR_MS, HOUR_MS);
    await digests(3);
    expect(await items()).toMatchObject([{ status: 'done' }]);
  });

  await asSuperuser('alter role app reset statement_timeout');
  await clock.advance(24 * HOUR_MS, HOUR_MS);
  await later(items).toMatchObject([
    { status: 'open', because: expect.stringMatching(/Red again.*It comes from INC-12/) },
  ]);

  await clock.advance(7 * 24 * HOUR_MS, HOUR_MS);
  const digest = async () => (await book.read()).record.digest;
  await later(digest).toMatchObject({ open: [{ id: 'FU-1' }] });
  const slots = (await state.journal.read('follow-ups')).flatMap(({ event }) =>
    event.type === 'follow-ups.digested' ? [event.slot] : [],
  );
  // One for each Monday, whichever replica was first.
  expect(new Set(slots).size).toBe(slots.length);
  for (const slot of slots) expect(new Date(slot).getUTCDay()).toBe(1);
  await Promise.all([stop(), ...weekly.map(async (one) => one[Symbol.asyncDispose]())]);
});
