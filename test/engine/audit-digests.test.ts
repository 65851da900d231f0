import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuditDigests } from '../../src/engine/audit-digests.ts';
import { opened, startServer, type TestServer } from '../adapters/state/support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

test('the digest of one time is recorded once, whoever comes later with it, and none of an earlier time after it', async () => {
  const url = await server.createDatabase();
  const replicas = await Promise.all(['one', 'two'].map(async (instance) => opened(url, { instance })));
  const [one, two] = replicas.map(({ journal }) => createAuditDigests(journal));
  if (one === undefined || two === undefined) return expect.fail('there are no replicas');
  const digest = { slot: '2026-11-16T00:00:00.000Z', databases: [] };
  const both = await Promise.all([one.record(digest), two.record(digest)]);
  expect(both.filter((isRecorded) => isRecorded)).toHaveLength(1);
  // As a replica that lost its hold in the middle, and wakes up when the other has told it.
  expect(await two.record(digest)).toBe(false);
  expect(await two.record({ ...digest, slot: '2026-11-15T00:00:00.000Z' })).toBe(false);
  expect(await one.recent(10)).toEqual([digest]);
});
