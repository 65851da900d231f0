import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type TestServer } from '../adapters/state/support.ts';
import { anna, ben, makeStep } from '../support/domain.ts';
import { ACTING, openDesks } from './desks.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

const note = (ts: string) => ({
  text: 'It is slow',
  said: { by: 'Carol', at: '2026-11-15T14:20:00.000Z' },
  message: `C1/${ts}`,
  source: null,
});

it('puts a message into the timeline once, on whichever replica, and after the incident was closed too', async () => {
  const desks = await openDesks(await server.createDatabase(), [makeStep('kill', { kind: ACTING })], 2);
  const [one, other] = desks.replicas.map(({ desk }) => desk);
  if (one === undefined || other === undefined) throw new Error('There are no two replicas.');
  const { id } = await desks.incident();
  await Promise.all([one.note(id, anna, note('1'), 'k'), other.note(id, anna, note('1'), 'k')]);
  expect(await other.note(id, ben, note('1'), 'l')).toMatchObject({
    status: 'refused',
    reason: 'already-there',
  });
  await one.close(id, anna, 'done');
  expect(await one.note(id, ben, note('2'), 'm')).toEqual({ status: 'accepted' });
  expect((await desks.events()).filter(({ type }) => type === 'note.added')).toHaveLength(2);
  expect(await one.listRecent(5, null)).toMatchObject([
    { id, incident: { status: 'closed', notes: [{}, {}] } },
  ]);
  expect(await one.listRecent(5, 'nope')).toEqual([]);
});
