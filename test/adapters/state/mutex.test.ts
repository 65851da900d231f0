import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLockSession } from '../../../src/adapters/state/lock-session.ts';
import { eventually, opened, query, quiet, startChild, startServer, type TestServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

test('a name has one holder at a time, in this process and in others', async () => {
  const url = await server.createDatabase();
  const one = await opened(url);
  const other = await opened(url);
  const held = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<string>();
  const hold = one.mutex.exclusively('INC-1', () => {
    held.resolve();
    return gate.promise;
  });
  await held.promise;
  for (const state of [one, other]) {
    expect((await state.mutex.exclusively('INC-1', async () => 0)).status).toBe('busy');
  }
  expect(await one.mutex.exclusively('INC-2', async () => 'free')).toEqual({
    status: 'done',
    result: 'free',
  });
  gate.resolve('result');
  expect(await hold).toEqual({ status: 'done', result: 'result' });
  expect(await other.mutex.exclusively('INC-1', async () => 'mine')).toEqual({
    status: 'done',
    result: 'mine',
  });
});

test('a run that throws frees the name', async () => {
  const url = await server.createDatabase();
  const one = await opened(url);
  const other = await opened(url);
  const failing = one.mutex.exclusively('INC-1', async () => {
    throw new Error('step failed');
  });
  await expect(failing).rejects.toThrow('step failed');
  expect((await other.mutex.exclusively('INC-1', async () => 0)).status).toBe('done');
  expect((await one.mutex.exclusively('INC-1', async () => 0)).status).toBe('done');
});

test('fifty names are held at once over one session', async () => {
  const state = await opened(await server.createDatabase());
  const gate = Promise.withResolvers<void>();
  let running = 0;
  const holds = Array.from({ length: 50 }, (_, index) =>
    state.mutex.exclusively(`INC-${index}`, async () => {
      running += 1;
      await gate.promise;
    }),
  );
  await eventually('all holds', () => running === 50);
  gate.resolve();
  expect((await Promise.all(holds)).every(({ status }) => status === 'done')).toBe(true);
});

test('the hold of a process that is killed is free within a second', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  const child = startChild(url, 'hold', 'INC-1');
  await eventually('the hold of the child', () => child.lines.includes('held'));
  expect((await state.mutex.exclusively('INC-1', async () => 0)).status).toBe('busy');
  await child.kill();
  const killedAt = performance.now();
  await eventually(
    'the lock',
    async () => (await state.mutex.exclusively('INC-1', async () => 0)).status === 'done',
  );
  expect(performance.now() - killedAt).toBeLessThan(1_000);
});

test('a holder whose session is ended learns it, and the name can be taken again', async () => {
  const url = await server.createDatabase();
  const one = await opened(url, { instance: 'one' });
  const other = await opened(url);
  const started = Promise.withResolvers<void>();
  const hold = one.mutex.exclusively('INC-1', async (signal) => {
    started.resolve();
    const reason = await new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve(signal.reason)),
    );
    return reason;
  });
  await started.promise;
  await query(
    url,
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'firebreak one locks'",
  );
  expect(await hold).toMatchObject({ result: { code: 'state-unavailable', retryable: true } });
  expect((await other.mutex.exclusively('INC-1', async () => 0)).status).toBe('done');
  expect((await one.mutex.exclusively('INC-1', async () => 0)).status).toBe('done');
});

test('a session that is being opened when Firebreak stops is closed, and none is opened afterwards', async () => {
  const url = await server.createDatabase();
  const sessions = createLockSession({ url, instance: 'stopping' }, quiet);
  const opening = sessions.open().catch(() => undefined);
  await sessions.stop();
  await opening;
  await expect(sessions.open()).rejects.toMatchObject({ code: 'state-unavailable' });
  await eventually(
    'no session is left',
    async () => {
      const left = await query(
        url,
        "select from pg_stat_activity where application_name = 'firebreak stopping locks'",
      );
      return left.length === 0;
    },
    5_000,
  );
});
