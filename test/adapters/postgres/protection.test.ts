import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PostgresServer } from '../../../src/adapters/embedded-postgres/server.ts';
import { startReplica } from '../../../src/adapters/embedded-postgres/start-replica.ts';
import type { Session, SessionIdentity } from '../../../src/domain/snapshot.ts';
import { eventually, query } from '../embedded-postgres/support.ts';
import { installedMajors } from './majors.ts';
import {
  type AppServer,
  connect,
  guard,
  run,
  secret,
  sessionOf,
  signal,
  startAppServer,
  startDatabases,
} from './support.ts';

describe.each(installedMajors)('on PostgreSQL $major', ({ package: name }) => {
  const version = name === undefined ? {} : { package: name };
  let app: AppServer;
  let replica: PostgresServer;
  let databases: Awaited<ReturnType<typeof startDatabases>>;

  beforeAll(async () => {
    app = await startAppServer({}, version);
    await query(app.server().url(), 'create role copier login replication');
    await query(
      app.url('app'),
      'create table item (id int); create table held (id int); create index item_id on item (id)',
    );
    replica = await startReplica(app.server(), {
      ...version,
      dataDirectory: join(app.directory, 'replica'),
      listen: { host: '127.0.0.1', port: 0 },
      applicationName: 'replica-1',
    });
    databases = await startDatabases({ url: secret(app.url('bot')) });
  });
  afterAll(async () => {
    await databases.stop();
    await replica.stop();
    await app[Symbol.asyncDispose]();
  });

  const send = async (identity: SessionIdentity, how: 'cancel' | 'terminate') =>
    await databases.signalBackend('shop', { server: 'primary', identity, how, guard }, signal);

  /** The session is shown as protected, no signal reaches it, and it goes on. */
  async function expectProtected(applicationName: string, code: string): Promise<Session> {
    const session = await sessionOf(databases, applicationName, ({ protectedBy }) =>
      protectedBy.includes(code),
    );
    for (const how of ['cancel', 'terminate'] as const) {
      expect(await send(session, how)).toMatchObject({ verdict: `refused:${code}`, signalled: false });
    }
    expect(await databases.alive('shop', 'primary', [session], signal)).toEqual([session]);
    return session;
  }

  test.each([
    ['a superuser', 'firebreak', 'someone', 'superuser'],
    ['a role that may replicate', 'copier', 'someone', 'replication_role'],
    ['its own role', 'bot', 'someone', 'own_role'],
    ['pg_dump', 'app', 'pg_dump', 'backup'],
    ['pg_dumpall', 'app', 'pg_dumpall', 'backup'],
    ['pgBackRest', 'app', 'pgBackRest [backup]', 'backup'],
  ])('%s is never signalled', async (_who, user, applicationName, code) => {
    const url = user === 'firebreak' ? app.server().url({ database: 'appdb' }) : app.url(user);
    await using client = await connect(url, applicationName);
    const end = run(client, 'select pg_sleep(30)');
    const { pid } = await expectProtected(applicationName, code);
    await query(app.server().url(), `select pg_terminate_backend(${pid})`);
    expect(await end).toBe('57P01');
  });

  test('a dump under another name is never signalled, an export of one query is', async () => {
    await using holder = await connect(app.url('app'), 'holder');
    await holder.query('begin');
    await holder.query('lock table held');
    await using dump = await connect(app.url('app'), 'nightly');
    await dump.query('begin isolation level repeatable read read only');
    await dump.query('select pg_export_snapshot()');
    const dumped = run(dump, 'COPY public.held (id) TO stdout;');
    await expectProtected('nightly', 'backup');
    for (const [application, statement] of [
      ['one-table', 'copy held to stdout'],
      ['one-query', 'copy (select id from held) to stdout'],
    ] as const) {
      await using exporting = await connect(app.url('app'), application);
      const exported = run(exporting, statement);
      const session = await sessionOf(databases, application, ({ state }) => state === 'active');
      expect(session.protectedBy).toEqual([]);
      expect(await send(session, 'cancel')).toMatchObject({ verdict: 'ok' });
      expect(await exported).toBe('57014');
    }
    await holder.query('rollback');
    expect(await dumped).toBe('completed');
  });

  test.each([['create index concurrently item_id_2 on item (id)'], ['REINDEX INDEX CONCURRENTLY item_id']])(
    '%s is never signalled',
    async (statement) => {
      await using writer = await connect(app.url('app'), 'writer');
      await writer.query('begin');
      await writer.query('insert into item values (1)');
      await using builder = await connect(app.url('app'), 'builder');
      const built = run(builder, statement);
      await expectProtected('builder', 'create_index_concurrently');
      await writer.query('rollback');
      expect(await built).toBe('completed');
    },
  );

  test('a commit that waits for its standby is never signalled', async () => {
    const superuser = app.server().url();
    await query(superuser, `alter system set synchronous_standby_names = 'nobody'`);
    await query(superuser, 'select pg_reload_conf()');
    await using client = await connect(app.url('app'), 'committing');
    const committed = run(client, 'insert into item values (2)');
    await expectProtected('committing', 'syncrep_wait_already_committed');
    await query(superuser, 'alter system reset synchronous_standby_names');
    await query(superuser, 'select pg_reload_conf()');
    expect(await committed).toBe('completed');
  });

  test('a client of a protected network is never signalled', async () => {
    await using near = await startDatabases(
      { url: secret(app.url('bot')) },
      { guard: { ...guard, protectedAddresses: ['127.0.0.0/24'] } },
    );
    await using client = await connect(app.url('app'), 'neighbour');
    const end = run(client, 'select pg_sleep(30)');
    const session = await sessionOf(near, 'neighbour', ({ state }) => state === 'active');
    expect(session.protectedBy).toEqual(['protected_address']);
    const request = { server: 'primary', identity: session, how: 'terminate', guard } as const;
    expect(await near.signalBackend('shop', request, signal)).toMatchObject({
      verdict: 'refused:protected_address',
    });
    expect(await send(session, 'cancel')).toMatchObject({ verdict: 'ok' });
    expect(await end).toBe('57014');
  });

  test('a walsender and the background processes are never signalled', async () => {
    await eventually('the standby connected', async () => {
      const { standbys } = await databases.snapshot('shop', 'primary', signal);
      return standbys.length === 1;
    });
    const processes = await query<{ pid: number; type: string; started: string; server: string }>(
      app.server().url(),
      `select pid, backend_type as type, backend_start::text as started, pg_postmaster_start_time()::text as server
       from pg_stat_activity where backend_type in ('walsender', 'autovacuum launcher', 'checkpointer')`,
    );
    expect(processes.map(({ type }) => type).sort()).toEqual([
      'autovacuum launcher',
      'checkpointer',
      'walsender',
    ]);
    for (const { pid, type, started, server } of processes) {
      const identity = {
        serverStart: server,
        pid,
        backendStart: started,
        xactStart: started,
        queryStart: started,
      };
      expect(await send(identity, 'terminate')).toMatchObject({
        verdict: `refused:${type}`,
        signalled: false,
      });
    }
  });
});
