import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkServerVersion } from '../../../src/adapters/state/server-version.ts';
import type { FirebreakError } from '../../../src/domain/errors.ts';
import { EVENT_SCHEMA } from '../../../src/domain/event-versions.ts';
import type { State, WorkKind } from '../../../src/ports/state.ts';
import {
  endSessionUnheard,
  eventually,
  incidentRow,
  mitigated,
  opened,
  query,
  startChild,
  startServer,
  type TestServer,
} from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

const replica = { version: '1.0.0', onOutdated: () => undefined };

/** Notes what is woken. */
function record(state: State): string[] {
  const seen: string[] = [];
  for (const kind of ['intake', 'advance', 'render'] as const satisfies WorkKind[]) {
    state.queue.handle(kind, async (key) => {
      seen.push(`${kind} ${key}`);
      return 'done';
    });
  }
  return seen;
}

const replicas = (url: string) =>
  query<{ instance: string; gone: boolean; left: boolean }>(
    url,
    `select instance, gone_at is not null as gone, left_at is not null as left from firebreak.replica order by started_at`,
  );

/** An open incident of which the queue knows nothing. */
async function forgottenIncident(state: State, url: string, id: string): Promise<void> {
  await state.journal.append(id, 0, [mitigated('x')], { work: [], incident: incidentRow(id) });
  await query(url, 'delete from firebreak_queue.job');
}

test('the work of a replica that is killed is woken by exactly one of the others, within seconds', async () => {
  const url = await server.createDatabase();
  const [one, other] = [await opened(url), await opened(url)];
  const seen = [record(one), record(other)];
  for (const state of [one, other]) {
    await state.presence.join(replica);
    await state.queue.start();
  }
  const child = startChild(url, 'join');
  await eventually('the child to join', () => child.lines.includes('joined'));
  await forgottenIncident(one, url, 'INC-1');
  for (const list of seen) list.length = 0;

  await child.kill();
  await eventually('the takeover', () => seen.flat().includes('advance INC-1'), 5_000);
  expect(seen.flat().filter((work) => work === 'advance INC-1')).toHaveLength(1);
  expect((await replicas(url)).map(({ gone }) => gone)).toEqual([false, false, true]);
});

test('a replica that leaves gives its work away at once, and one that stops is no longer counted', async () => {
  const url = await server.createDatabase();
  const one = await opened(url);
  const other = await opened(url);
  const seen = record(other);
  await one.presence.join(replica);
  await other.presence.join(replica);
  await other.queue.start();
  await forgottenIncident(other, url, 'INC-1');
  seen.length = 0;
  await one.presence.leave();
  await eventually('the takeover', () => seen.includes('advance INC-1'), 5_000);
  expect((await replicas(url))[0]).toMatchObject({ gone: true, left: false });
  await one.stop();
  expect((await replicas(url))[0]).toMatchObject({ left: true });
});

test('whoever asks without taking part is told the others that live', async () => {
  const url = await server.createDatabase();
  const [one, asking] = [await opened(url), await opened(url)];
  expect(await asking.presence.others()).toEqual([]);
  await one.presence.join(replica);
  const child = startChild(url, 'join');
  await eventually('the child to join', () => child.lines.includes('joined'));
  expect(await asking.presence.others()).toHaveLength(2);
  expect(await one.presence.others()).toHaveLength(1);
  await child.kill();
  await eventually(
    'the killed one is no longer named',
    async () => (await asking.presence.others()).length === 1,
  );
});

test('a replica that only lost its session comes back by itself', async () => {
  const url = await server.createDatabase();
  const one = await opened(url, { instance: 'one' });
  const other = await opened(url);
  await one.presence.join(replica);
  await other.presence.join(replica);
  await query(
    url,
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'firebreak one locks'",
  );
  const locked = `select 1 from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and application_name = 'firebreak one locks'`;
  await eventually('its lock', async () => (await query(url, locked)).length === 1);
  await eventually('its row', async () => (await replicas(url)).every(({ gone }) => !gone));
});

test('what the queue has lost is found by the rounds, also behind hundreds that wait for a person', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  await query(
    url,
    `insert into firebreak.incident (id, dedupe_key, dedupe_hash, database, title, status, waiting)
     select 'WAITS-' || n, 'k' || n, 'h' || n, 'd', 't', 'open', true from generate_series(1, 300) n;
     insert into firebreak.incident (id, dedupe_key, dedupe_hash, database, title, status, waiting)
     select 'WORKS-' || n, 'kw' || n, 'hw' || n, 'd', 't', 'open', false from generate_series(1, 250) n`,
  );
  const seen = record(state);
  await state.queue.start();
  await eventually('the last of the unfinished', () => seen.includes('advance WORKS-250'), 10_000);
  expect(seen.filter((work) => work.startsWith('advance WORKS-'))).toHaveLength(250);
  expect(seen.filter((work) => work.startsWith('advance WAITS-'))).toEqual([]);
  await eventually('the messages of all', () => seen.includes('render WAITS-300'), 15_000);
});

test('a look for unfinished work reads an index, however many incidents are open', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  await query(
    url,
    `insert into firebreak.incident (id, dedupe_key, dedupe_hash, database, title, status, waiting)
     select 'W-' || n, 'k' || n, 'h' || n, 'd', 't', 'open', true from generate_series(1, 5000) n`,
  );
  await query(url, 'analyze firebreak.incident');
  const plan = await query<{ 'QUERY PLAN': string }>(
    url,
    `explain select id from firebreak.incident
     where status = 'open' and not waiting and ordinal > 0 order by ordinal limit 200`,
  );
  expect(JSON.stringify(plan)).toContain('incident_unfinished');
  await state.stop();
});

test('events are written in the form that every replica reads, also one that has just died', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  await state.presence.join(replica);
  const schemaOf = async (version: number) => {
    await state.journal.append('INC-1', version - 1, [mitigated('x')], { work: [] });
    const rows = await query<{ schema: number }>(
      url,
      'select schema_version as schema from firebreak.journal where version = $1',
      [version],
    );
    return rows[0]?.schema;
  };
  const insert = 'insert into firebreak.replica (instance, version, event_schema) values ($1, $2, $3)';
  await query(url, insert, ['newer', '9.0.0', EVENT_SCHEMA + 1]);
  expect(await schemaOf(1)).toBe(EVENT_SCHEMA);
  await query(url, insert, ['older', '0.0.1', EVENT_SCHEMA - 1]);
  expect(await schemaOf(2)).toBe(EVENT_SCHEMA - 1);
  await query(url, "update firebreak.replica set gone_at = clock_timestamp() where instance = 'older'");
  expect(await schemaOf(3)).toBe(EVENT_SCHEMA - 1);
  await query(url, "update firebreak.replica set left_at = clock_timestamp() where instance = 'older'");
  expect(await schemaOf(4)).toBe(EVENT_SCHEMA);
});

test('a version that cannot read the journal any more is not let in, and is told when it comes back too late', async () => {
  const url = await server.createDatabase();
  const late = await opened(url, { instance: 'late' });
  const told = Promise.withResolvers<FirebreakError>();
  await late.presence.join({ version: '1.0.0', onOutdated: told.resolve });
  await query(url, `update firebreak.journal_head set event_schema = ${EVENT_SCHEMA + 1}`);
  const refusal = {
    code: 'state-version',
    message: `The journal holds events of schema ${EVENT_SCHEMA + 1}, and Firebreak 1.0.0 reads up to ${EVENT_SCHEMA}.`,
  };
  const next = await opened(url);
  await expect(next.presence.join(replica)).rejects.toMatchObject(refusal);
  await query(
    url,
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'firebreak late locks'",
  );
  expect(await told.promise).toMatchObject(refusal);
});

test('nothing is confirmed to a holder whose session is over, although it has not heard of it yet', async () => {
  const url = await server.createDatabase();
  const state = await opened(url, { instance: 'one' });
  const confirmed: string[] = [];
  const hold = state.mutex.exclusively('INC-1', async (signal, confirm) => {
    await confirm();
    confirmed.push('before');
    endSessionUnheard(url, 'firebreak one locks');
    expect(signal.aborted).toBe(false);
    await confirm();
    confirmed.push('after');
  });
  await expect(hold).rejects.toMatchObject({ code: 'state-unavailable', retryable: true });
  expect(confirmed).toEqual(['before']);
});

test('a holder that says nothing for 15 s loses its hold', { timeout: 60_000 }, async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  const child = startChild(url, 'hold', 'INC-1');
  await eventually('the hold of the child', () => child.lines.includes('held'));
  child.signal('SIGSTOP');
  const frozen = performance.now();
  await eventually(
    'the lock',
    async () => (await state.mutex.exclusively('INC-1', async () => 0)).status === 'done',
    30_000,
  );
  expect(performance.now() - frozen).toBeGreaterThan(10_000);
  child.signal('SIGCONT');
});

test('a server that cannot end silent sessions is refused', () => {
  expect(() => checkServerVersion(130_014, '13.14')).toThrow(
    expect.objectContaining({
      code: 'state-unavailable',
      message: expect.stringContaining('PostgreSQL 13.14'),
    }),
  );
  expect(() => checkServerVersion(140_000, '14.0')).not.toThrow();
});
