import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import { createBook } from '../../src/watchdog/book.ts';
import { opened, query, startServer, type TestServer } from '../adapters/state/support.ts';
import { anna } from '../support/domain.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

const POLICY = 'reports';
const intended: DomainEvent = {
  type: 'watchdog.intended',
  policy: POLICY,
  id: '1',
  serverAt: '2026-11-15 14:00:00+00',
  targets: [
    {
      session: { serverStart: null, pid: 4711, backendStart: '1', xactStart: null, queryStart: '1' },
      user: 'app',
      application: 'report',
      clientAddress: null,
      queryId: null,
      sql: 'select ?',
      seconds: 400,
      owner: null,
      generation: 0,
    },
  ],
  load: { onCpuPerCore: 2, poolWaiting: null },
  warnings: [],
  by: { kind: 'policy', id: `watchdog:${POLICY}`, name: POLICY },
  instance: 'one',
};
const stopped: DomainEvent = {
  type: 'watchdog.switched',
  policy: POLICY,
  to: 'stopped',
  by: anna,
  reason: 'Stopped by hand.',
  incident: null,
};

test('what the policies of several databases read at once counts once', async () => {
  const { journal } = await opened(await server.createDatabase());
  const book = createBook(journal);
  await journal.append('watchdog', 0, [intended], { work: [] });
  await Promise.all([book.read(), book.read(), book.read()]);
  expect((await book.read()).of(POLICY).actions).toHaveLength(1);
});

test('a stop in the place of an entry that the state has lost is seen', async () => {
  const url = await server.createDatabase();
  const { journal } = await opened(url);
  const book = createBook(journal);
  await journal.append('watchdog', 0, [intended], { work: [] });
  await book.read();
  await query(
    url,
    `begin; set session_replication_role = replica; delete from firebreak.journal;
     update firebreak.journal_head set position = 0, hash = repeat('0', 64); commit`,
  );
  const other = await opened(url);
  await other.journal.append('watchdog', 0, [stopped], { work: [] });
  const page = await book.read();
  expect(page.of(POLICY)).toMatchObject({ stopped: { by: anna }, actions: [] });
});

test('an intent that was decided on before somebody stopped the policy is not written down', async () => {
  const { journal } = await opened(await server.createDatabase());
  const [book, others] = [createBook(journal), createBook(journal)];
  const decidedOn = await book.read();
  expect(await others.append(await others.read(), stopped)).toBe(true);
  expect(await book.append(decidedOn, intended)).toBe(false);
  expect((await book.read()).of(POLICY)).toMatchObject({ stopped: { by: anna }, actions: [] });
});
