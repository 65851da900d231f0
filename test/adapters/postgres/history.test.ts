import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SnapshotHistory } from '../../../src/adapters/postgres/snapshot-history.ts';
import { pgTime, session, snapshot } from '../../support/fixtures.ts';
import { query } from '../embedded-postgres/support.ts';
import {
  type AppServer,
  connect,
  run,
  secret,
  sessionOf,
  signal,
  startAppServer,
  startDatabases,
} from './support.ts';

describe('the history of a server', () => {
  function historyAt() {
    const clock = { ms: 0 };
    return { clock, history: new SnapshotHistory(() => clock.ms) };
  }
  const reading = (second: number, parts = {}) => snapshot({ at: pgTime(second), ...parts });

  it('keeps readings that are ten seconds apart, oldest first', () => {
    const { clock, history } = historyAt();
    for (let second = 0; second <= 30; second += 2) {
      clock.ms = second * 1000;
      history.add(reading(second));
    }
    expect(history.list().map(({ at }) => at)).toEqual([0, 10, 20, 30].map(pgTime));
  });

  it('is bounded in count, in age and in the texts that it keeps', () => {
    const { clock, history } = historyAt();
    const wordy = [session(1, { sql: 'select '.repeat(100) })];
    for (let second = 0; second < 3000; second += 10) {
      clock.ms = second * 1000;
      history.add(reading(second, { sessions: wordy }));
    }
    expect(history.list()).toHaveLength(60);
    expect(history.list().at(-1)?.at).toBe(pgTime(2990));
    expect(history.list()[0]?.sessions[0]?.sql).toHaveLength(120);
    clock.ms += 10 * 60_000;
    expect(history.list()[0]?.at).toBe(pgTime(2990 - 5 * 60));
    clock.ms += 10 * 60_000;
    expect(history.list()).toEqual([]);
  });

  it('forgets a former server: after a restart, and after a promotion', () => {
    const { clock, history } = historyAt();
    history.add(reading(0, { inRecovery: true }));
    clock.ms = 1000;
    history.add(reading(1));
    expect(history.list().map(({ inRecovery }) => inRecovery)).toEqual([false]);
    clock.ms = 20_000;
    history.add(reading(20, { startedAt: pgTime(19) }));
    expect(history.list().map(({ startedAt }) => startedAt)).toEqual([pgTime(19)]);
  });
});

describe('statistics of statements', () => {
  let app: AppServer;
  beforeAll(async () => {
    app = await startAppServer({ shared_preload_libraries: 'pg_stat_statements' });
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it('are null where the extension is not created, and the calls and times of one statement where it is', async () => {
    await using databases = await startDatabases({ url: secret(app.url('bot')) });
    await using client = await connect(app.url('app'), 'checkout-api');
    const slow = run(client, 'select pg_sleep(30.5)');
    const { queryId } = await sessionOf(databases, 'checkout-api', (one) => one.queryId !== null);
    if (queryId === null) throw new Error('no query id');
    expect(await databases.statements('shop', 'primary', [queryId], signal)).toBeNull();

    await query(
      app.server().url({ database: 'appdb' }),
      'create schema ext; grant usage on schema ext to bot; create extension pg_stat_statements schema ext',
    );
    expect(await databases.statements('shop', 'primary', [queryId], signal)).toEqual([]);
    await query(
      app.server().url(),
      `select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'checkout-api'`,
    );
    expect(await slow).toBe('57014');
    for (let call = 0; call < 5; call += 1) await client.query('select pg_sleep(0.01)');
    const [found, ...others] = (await databases.statements('shop', 'primary', [queryId], signal)) ?? [];
    expect(others).toEqual([]);
    expect(found).toMatchObject({ queryId, calls: 5 });
    expect(found?.minMs).toBeGreaterThanOrEqual(10);
    expect(found?.meanMs).toBeGreaterThanOrEqual(found?.minMs ?? 0);
    expect(found?.maxMs).toBeGreaterThanOrEqual(found?.meanMs ?? 0);
  });

  it('are null where the library is not loaded, and the session goes on', async () => {
    await using bare = await startAppServer();
    await query(bare.server().url({ database: 'appdb' }), 'create extension pg_stat_statements');
    await using databases = await startDatabases({ url: secret(bare.url('bot')) });
    expect(await databases.statements('shop', 'primary', ['1'], signal)).toBeNull();
    expect(await databases.snapshot('shop', 'primary', signal)).toMatchObject({ server: 'primary' });
    expect(databases.history('shop', 'primary')).toHaveLength(1);
  });
});
