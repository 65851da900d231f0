import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openState } from '../../../src/adapters/state/open-state.ts';
import type { State } from '../../../src/ports/state.ts';
import {
  alertOf,
  eventually,
  incidentRow,
  mitigated,
  opened,
  query,
  quiet,
  startChild,
  startServer,
  type TestServer,
} from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

const raise = (table: string, code: string) => `
  create function fail() returns trigger language plpgsql as
    $$ begin raise exception 'injected' using errcode = '${code}'; end $$;
  create trigger fail before insert on ${table} for each row execute function fail()`;

const raiseAtCommit = (table: string, code: string) => `
  create function fail() returns trigger language plpgsql as
    $$ begin raise exception 'injected' using errcode = '${code}'; end $$;
  create constraint trigger fail after insert on ${table} deferrable initially deferred
    for each row execute function fail()`;

test.each([
  ['the queue', 'firebreak_queue.job_common', '22000', false],
  ['the incident', 'firebreak.incident', '42501', false],
  ['the journal, as the disk is full,', 'firebreak.journal', '53100', true],
])('when %s cannot be written, nothing is', async (_, table, code, retryable) => {
  const url = await server.createDatabase();
  const state = await opened(url);
  await state.alerts.store([alertOf('a')]);
  const before = await everything(url);
  await query(url, raise(table, code));

  await expect(appendAll(state, 0)).rejects.toMatchObject({ code: 'state-unavailable', retryable });
  expect(await everything(url)).toEqual(before);
  await query(url, `drop function fail() cascade`);
  expect(await appendAll(state, 0)).toMatchObject({ status: 'appended' });
  expect(await state.journal.verify()).toMatchObject({ events: 1, chainOk: true });
});

test('when the commit fails, neither events nor work are left', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  await state.alerts.store([alertOf('a')]);
  const before = await everything(url);
  await query(url, raiseAtCommit('firebreak.journal', '53100'));
  await expect(appendAll(state, 0)).rejects.toMatchObject({ code: 'state-unavailable', retryable: true });
  expect(await everything(url)).toEqual(before);
});

test('an alert that cannot be committed is not stored, and everybody who brought it is told', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  await query(url, raiseAtCommit('firebreak.alert', '53100'));
  const calls = await Promise.allSettled(
    Array.from({ length: 20 }, async (_, index) => state.alerts.store([alertOf(`f${index}`)])),
  );
  for (const { status } of calls) expect(status).toBe('rejected');
  expect(await state.alerts.list(10)).toEqual([]);
  await query(url, 'drop function fail() cascade');
  expect(await state.alerts.store([alertOf('a')])).toEqual({ stored: 1, repeated: 0 });
});

test('a session that ends in the middle of an append leaves nothing of it', async () => {
  const url = await server.createDatabase();
  const state = await opened(url, { instance: 'victim' });
  await state.alerts.store([alertOf('a')]);
  const before = await everything(url);
  await query(
    url,
    `create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(10); return new; end $$;
     create trigger slow before update on firebreak.journal_head for each row execute function slow()`,
  );
  const append = expect(appendAll(state, 0)).rejects.toMatchObject({
    code: 'state-unavailable',
    retryable: true,
  });
  await eventually('the append', async () => (await endSleeping(url)) === 1);
  await append;
  expect(await everything(url)).toEqual(before);
  await query(url, 'drop function slow() cascade');
  expect(await appendAll(state, 0)).toMatchObject({ status: 'appended' });
});

test('an item that a killed process has taken is handled by another one', { timeout: 60_000 }, async () => {
  const url = await server.createDatabase();
  const other = await opened(url);
  const child = startChild(url, 'take');
  await eventually('the child', () => child.lines.includes('started'));
  await other.journal.append('INC-1', 0, [mitigated('x')], { work: [{ kind: 'render', key: 'INC-1' }] });
  await eventually('the child to take it', () => child.lines.includes('taken INC-1'));
  await eventually('the item of the child', async () => (await activeItems(url)) === 1);
  const handled: string[] = [];
  other.queue.handle('render', async (key) => {
    handled.push(key);
    return 'done';
  });
  await other.queue.start();
  await delay(1_000);
  expect(handled).toEqual([]);
  await child.kill();
  const killedAt = performance.now();
  await eventually('the takeover', () => handled.includes('INC-1'), 30_000);
  expect(performance.now() - killedAt).toBeLessThan(20_000);
});

test('an alert that nobody settled is found by a process that runs, without an item', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  const found: string[] = [];
  state.queue.handle('intake', async () => {
    for (const { id } of (await state.alerts.unsettled(0, 10)).alerts) found.push(id);
    return 'done';
  });
  await state.queue.start();
  // It ended between the commit and the settlement: its queue was never started.
  await (await opened(url)).alerts.store([alertOf('a')]);
  await eventually('the alert', () => found.includes('ALERT-1'), 10_000);
});

test.each([
  ['stopped', () => server.stop('fast')],
  ['killed', async () => server.kill()],
])(
  'when the server is %s and starts again, everything goes on by itself',
  { timeout: 90_000 },
  async (_, end) => {
    const url = await server.createDatabase();
    const producer = await opened(url);
    const state = await opened(url);
    const seen = new Set<number>();
    let gate = Promise.resolve();
    state.queue.handle('advance', async (key) => {
      await gate;
      seen.add((await state.journal.read(key)).length);
      return 'done';
    });
    await state.queue.start();
    await appendOne(producer, 0);
    await eventually('the first version', () => seen.has(1));

    const opening = Promise.withResolvers<void>();
    gate = opening.promise;
    await appendOne(producer, 1);
    const held = state.mutex.exclusively(
      'INC-1',
      (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason))),
    );
    await delay(200);
    await end();
    expect(await held).toMatchObject({ result: { code: 'state-unavailable' } });
    opening.resolve();
    await expect(appendOne(producer, 2)).rejects.toMatchObject({
      code: 'state-unavailable',
      retryable: true,
    });
    await delay(1_500);
    await server.start();

    // Sooner than the item comes again, which its holder could not give back.
    await eventually('the second version', () => seen.has(2), 8_000);
    expect(await appendOne(producer, 2)).toMatchObject({ status: 'appended' });
    await eventually('the third version', () => seen.has(3), 10_000);
    expect(await state.mutex.exclusively('INC-1', async () => 'free')).toEqual({
      status: 'done',
      result: 'free',
    });
    expect(await state.journal.verify()).toMatchObject({ events: 3, chainOk: true });
  },
);

test('a server that accepts no writes is said to be read-only', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  await query(
    url,
    `do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$;`,
  );
  await query(
    url,
    'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
  );
  await eventually('a new session', async () => {
    const failure = await appendOne(state, 0).catch((error: unknown) => error);
    return failure instanceof Error && failure.message.includes('25006');
  });
  await expect(appendOne(state, 0)).rejects.toMatchObject({
    code: 'state-unavailable',
    retryable: true,
    hint: expect.stringContaining('primary'),
  });
});

test.each([
  ['postgresql://x@localhost/x?host=/nonexistent', true, 'does not answer'],
  ['missing', false, '3D000'],
  ['postgresql://x@localhost:port/x', false, 'cannot be opened'],
])('a database that cannot be opened is reported: %s', async (where, retryable, message) => {
  const url = where.includes(':') ? where : server.url(where);
  const opening = openState({ url, logger: quiet, instance: 'test' });
  await expect(opening).rejects.toMatchObject({
    code: 'state-unavailable',
    retryable,
    message: expect.stringContaining(message),
  });
});

test('processes that open an empty database at once all can', async () => {
  const url = await server.createDatabase();
  const states = await Promise.all(Array.from({ length: 5 }, () => opened(url)));
  for (const [version, state] of states.entries()) {
    expect(await appendOne(state, version)).toMatchObject({ status: 'appended' });
  }
});

test('a database that a newer version made unusable for this one is refused', async () => {
  const url = await server.createDatabase();
  await (await opened(url)).stop();
  await query(
    url,
    "insert into firebreak.migration (name, timestamp) values ('9999-breaking-future', '2030')",
  );
  await expect(openState({ url, logger: quiet, instance: 'test' })).rejects.toMatchObject({
    code: 'state-version',
    message: expect.stringContaining('9999-breaking-future'),
  });
});

test('a database to which a newer version only added is used as it is', async () => {
  const url = await server.createDatabase();
  await (await opened(url)).stop();
  await query(url, "insert into firebreak.migration (name, timestamp) values ('9999-future', '2030')");
  expect(await appendOne(await opened(url), 0)).toMatchObject({ status: 'appended' });
  expect(await query(url, 'select 1 from firebreak.migration where name > $1', ['9'])).toHaveLength(1);
});

async function appendOne(state: State, version: number) {
  return await state.journal.append('INC-1', version, [mitigated('x')], {
    work: [{ kind: 'advance', key: 'INC-1' }],
  });
}

async function appendAll(state: State, version: number) {
  return await state.journal.append('INC-1', version, [mitigated('x')], {
    work: [
      { kind: 'advance', key: 'INC-1' },
      { kind: 'render', key: 'INC-1', delaySeconds: 60 },
    ],
    incident: incidentRow('INC-1'),
    settles: [{ alertId: 'ALERT-1', decision: 'opened', reason: 'new', incidentId: 'INC-1' }],
  });
}

async function everything(url: string) {
  return await query(
    url,
    `select (select count(*) from firebreak.journal) as entries, (select position from firebreak.journal_head) as head,
       (select count(*) from firebreak.incident) as incidents,
       (select count(*) from firebreak.alert where settled_at is not null) as settled,
       (select count(*) from firebreak_queue.job where name in ('intake', 'advance', 'render')) as jobs`,
  );
}

async function endSleeping(url: string): Promise<number> {
  const rows = await query(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'firebreak victim' and wait_event = 'PgSleep'`,
  );
  return rows.length;
}

async function activeItems(url: string): Promise<number> {
  return (await query(url, "select 1 from firebreak_queue.job where name = 'render' and state = 'active'"))
    .length;
}
