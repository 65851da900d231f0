import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFollowUpBook } from '../../src/engine/follow-up-book.ts';
import { keepFollowUps } from '../../src/engine/keep-follow-ups.ts';
import type { Audits } from '../../src/ports/audits.ts';
import type { Mutex } from '../../src/ports/state.ts';
import { opened, quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const HOUR_MS = 60 * 60 * 1000;

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

/** Holds that exclude nobody, as of a replica that was frozen and replaced: they go on when both are at it. */
function sharedHolds(holders: number): Mutex {
  const both = Promise.withResolvers<void>();
  let arrived = 0;
  return {
    async exclusively(_name, run) {
      arrived += 1;
      if (arrived === holders) both.resolve();
      await both.promise;
      return { status: 'done', result: await run(new AbortController().signal, async () => undefined) };
    },
  };
}

test('a digest of the follow-ups is recorded once, although a replica that was replaced goes on with it', async () => {
  const url = await server.createDatabase();
  // The follow-ups are dated by the clock of the state.
  const clock = createVirtualClock(Date.now());
  const schedule = { cron: '0 9 * * *', timeZone: 'Asia/Seoul' };
  const mutex = sharedHolds(2);
  const replicas = await Promise.all(['one', 'two'].map(async (instance) => opened(url, { instance })));
  const [{ journal }] = replicas as [(typeof replicas)[number]];
  // No follow-up is proved by an audit, so that none is run.
  const audits: Audits = { run: async () => expect.fail('audited') };
  await createFollowUpBook(journal).take('INC-1', [
    { text: 'Ask the team of the batch.', database: 'shop', proofs: [], incident: 'INC-1' },
  ]);
  const kept = { audits, databases: ['shop'], schedule, timeZone: 'Asia/Seoul', clock, logger: quiet };
  const keeping = replicas.map((state) =>
    keepFollowUps({ ...kept, state: { journal: state.journal, mutex } }),
  );
  const digested = async () =>
    (await journal.read('follow-ups')).flatMap(({ event }) =>
      event.type === 'follow-ups.digested' ? [event.slot] : [],
    );
  await expect
    .poll(
      async () => {
        await clock.advance(HOUR_MS, HOUR_MS);
        return (await digested()).length;
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(0);
  await Promise.all(keeping.map(async (one) => one[Symbol.asyncDispose]()));
  const slots = await digested();
  expect(slots).toEqual([...new Set(slots)]);
});

test('the first digest of the follow-ups is made up for when the process died over it', async () => {
  const { journal, mutex } = await opened(await server.createDatabase());
  await createFollowUpBook(journal).take('INC-1', [
    { text: 'Ask the team of the batch.', database: 'shop', proofs: [], incident: 'INC-1' },
  ]);
  // Of the schedule one time has come since the follow-up is there, and the process is started after it.
  const clock = createVirtualClock(Date.now() + 24 * HOUR_MS);
  const audits: Audits = { run: async () => expect.fail('audited') };
  await using _ = keepFollowUps({
    state: { journal, mutex },
    audits,
    databases: ['shop'],
    schedule: { cron: '0 9 * * *', timeZone: 'UTC' },
    timeZone: 'UTC',
    clock,
    logger: quiet,
  });
  await expect
    .poll(async () => (await journal.read('follow-ups')).map(({ event }) => event.type), { timeout: 20_000 })
    .toEqual(['follow-up.added', 'follow-ups.digested']);
});
