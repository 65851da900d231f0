import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streams } from '../../../src/domain/streams.ts';
import type { State } from '../../../src/ports/state.ts';
import {
  alertOf,
  eventually,
  incidentRow,
  mitigated,
  opened,
  query,
  startServer,
  type TestServer,
} from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

test('a stored alert is handed to its intake at once', async () => {
  const state = await opened(await server.createDatabase());
  const seen: string[] = [];
  state.queue.handle('intake', async () => {
    const { alerts } = await state.alerts.unsettled(0, 10);
    seen.push(...alerts.map(({ alert }) => alert.fingerprint));
    return 'done';
  });
  await state.queue.start();
  await state.alerts.store([alertOf('a')]);
  await eventually('the intake', () => seen.includes('a'), 1_500);
});

test('work appended by one process is done by another that is told, not polling', async () => {
  const url = await server.createDatabase();
  const producer = await opened(url);
  const consumer = await opened(url, { instance: 'other' });
  const delays: number[] = [];
  let appendedAt = 0;
  consumer.queue.handle('advance', async () => {
    delays.push(performance.now() - appendedAt);
    return 'done';
  });
  await consumer.queue.start();
  for (let version = 0; version < 10; version++) {
    await delay(150);
    appendedAt = performance.now();
    await producer.journal.append('INC-1', version, [mitigated('x')], {
      work: [{ kind: 'advance', key: 'INC-1' }],
    });
    await eventually('the delivery', () => delays.length === version + 1);
  }
  expect(delays.toSorted((a, b) => a - b)[5]).toBeLessThan(300);
});

test('work that is busy or throws comes again, a second later and then less often, until it is done', async () => {
  const url = await server.createDatabase();
  const producer = await opened(url);
  const state = await opened(url);
  const attempts: number[] = [];
  state.queue.handle('render', async () => {
    attempts.push(performance.now());
    if (attempts.length === 1) return 'busy';
    if (attempts.length === 2) throw new Error('Slack is down');
    return 'done';
  });
  await state.queue.start();
  await producer.journal.append('INC-1', 0, [mitigated('x')], { work: [{ kind: 'render', key: 'INC-1' }] });
  await eventually('three attempts', () => attempts.length >= 3);
  const [first = 0, second = 0, third = 0] = attempts;
  expect(second - first).toBeGreaterThan(800);
  expect(second - first).toBeLessThan(4_500);
  expect(third - second).toBeGreaterThan(1_800);
  await eventually('an empty queue', async () => (await pending(url)) === 0);
});

test('delayed work comes after its delay, and is not swallowed by work for now', async () => {
  const url = await server.createDatabase();
  const producer = await opened(url);
  const state = await opened(url);
  const runs: number[] = [];
  state.queue.handle('advance', async () => {
    runs.push(performance.now());
    return 'done';
  });
  await state.queue.start();
  const appendedAt = performance.now();
  await producer.journal.append('INC-1', 0, [mitigated('x')], {
    work: [
      { kind: 'advance', key: 'INC-1', delaySeconds: 2 },
      { kind: 'advance', key: 'INC-1' },
    ],
  });
  await eventually('both runs', () => runs.length === 2);
  expect((runs[0] ?? 0) - appendedAt).toBeLessThan(1_500);
  expect((runs[1] ?? 0) - appendedAt).toBeGreaterThan(1_900);
});

test('a hundred appends queue one item for a key while nobody works, and an active item never hides a new event', async () => {
  const url = await server.createDatabase();
  const producer = await opened(url);
  for (let version = 0; version < 100; version++) {
    await producer.journal.append('INC-1', version, [mitigated('x')], {
      work: [{ kind: 'advance', key: 'INC-1' }],
    });
  }
  expect(await pending(url)).toBe(1);

  const consumer = await opened(url);
  const seen: number[] = [];
  const gate = Promise.withResolvers<void>();
  consumer.queue.handle('advance', async () => {
    seen.push((await consumer.journal.read('INC-1')).length);
    if (seen.length === 1) await gate.promise;
    return 'done';
  });
  await consumer.queue.start();
  await eventually('the first run', () => seen.length === 1);
  for (let version = 100; version < 120; version++) {
    await producer.journal.append('INC-1', version, [mitigated('x')], {
      work: [{ kind: 'advance', key: 'INC-1' }],
    });
  }
  await delay(300);
  expect(seen).toEqual([100]);
  gate.resolve();
  await eventually('a run that sees everything', () => seen.at(-1) === 120);
  expect(seen.length).toBeLessThan(6);
});

test('a wake runs the handler at once, never twice at once, and once more after a run', async () => {
  const state = await opened(await server.createDatabase());
  let running = 0;
  let most = 0;
  let runs = 0;
  const gate = Promise.withResolvers<void>();
  state.queue.handle('advance', async () => {
    most = Math.max(most, ++running);
    runs += 1;
    await gate.promise;
    running -= 1;
    return 'done';
  });
  await state.queue.start();
  for (let times = 0; times < 50; times++) state.queue.wake('advance', 'INC-1');
  await eventually('the first run', () => runs === 1);
  for (let times = 0; times < 50; times++) state.queue.wake('advance', 'INC-1');
  gate.resolve();
  await eventually('the second run', () => runs === 2 && running === 0);
  expect({ runs, most }).toEqual({ runs: 2, most: 1 });
});

test('what a process left unfinished is taken up when the queue starts, without waiting for its items', async () => {
  const url = await server.createDatabase();
  const before = await opened(url);
  await before.alerts.store([alertOf('a')]);
  await before.journal.append('INC-1', 0, [mitigated('x')], { work: [], incident: incidentRow('INC-1') });
  await before.journal.append(streams.watchdog, 0, [mitigated('x')], { work: [] });
  await query(url, 'delete from firebreak_queue.job');

  const after = await opened(url);
  const seen: string[] = [];
  for (const kind of ['intake', 'advance', 'render'] as const) {
    after.queue.handle(kind, async (key) => {
      seen.push(`${kind} ${key}`);
      return 'done';
    });
  }
  await after.queue.start();
  await eventually('everything', () => seen.length === 4, 2_000);
  expect(seen.sort()).toEqual(['advance INC-1', 'intake alerts', 'render INC-1', 'render watchdog']);
});

test('stop waits for what runs, aborts what takes too long, and lets nothing start', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  const ended: string[] = [];
  state.queue.handle('advance', async (key, signal) => {
    if (key === 'long') await new Promise((resolve) => signal.addEventListener('abort', resolve));
    else await delay(300);
    ended.push(key);
    return key === 'long' ? 'busy' : 'done';
  });
  await state.queue.start();
  state.queue.wake('advance', 'short');
  await state.journal.append('long', 0, [mitigated('x')], { work: [{ kind: 'advance', key: 'long' }] });
  await eventually('delivery', async () => (await active(url)) === 1);
  const stopped = state.queue.stop(600);
  state.queue.wake('advance', 'late');
  await stopped;
  expect(ended).toEqual(['short', 'long']);
  await eventually(
    'the item is given back',
    async () => (await active(url)) === 0 && (await pending(url)) === 1,
  );
});

test('no wake-up is lost: whatever the order of appends and runs, the last state is always seen', async () => {
  const url = await server.createDatabase();
  const states = await Promise.all([opened(url), opened(url), opened(url)]);
  const lastSeen = new Map<string, number>();
  let pause = 0;
  for (const state of states.slice(0, 2)) {
    state.queue.handle('advance', async (key) => {
      const version = (await state.journal.read(key)).length;
      // What was read becomes known late, so that an append in between needs a run of its own.
      await delay(pause);
      lastSeen.set(key, Math.max(version, lastSeen.get(key) ?? 0));
      return 'done';
    });
    await state.queue.start();
  }
  let run = 0;
  const append = fc.record({
    by: fc.nat(2),
    stream: fc.nat(1),
    wait: fc.oneof(fc.constant(0), fc.nat(25)),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(append, { minLength: 1, maxLength: 25 }),
      fc.nat(20),
      async (appends, handlerMs) => {
        run += 1;
        pause = handlerMs;
        const versions = [0, 0];
        for (const { by, stream, wait } of appends) {
          const version = versions[stream] ?? 0;
          const key = `${run}-${stream}`;
          await states[by]?.journal.append(key, version, [mitigated('x')], {
            work: [{ kind: 'advance', key }],
          });
          versions[stream] = version + 1;
          if (wait > 0) await delay(wait);
        }
        for (const [stream, version] of versions.entries()) {
          await eventually(
            `version ${version}`,
            () => (lastSeen.get(`${run}-${stream}`) ?? 0) === version,
            5_000,
          );
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('the transaction holds the waiting item, so that nobody takes it before its events can be seen', async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  await state.journal.append('INC-1', 0, [mitigated('x')], { work: [{ kind: 'advance', key: 'INC-1' }] });
  const seen = await raceTheCommit(url, state);
  expect(seen).toBe(2);
});

/** Lets a worker look for items between the enqueueing and the commit of an append. */
async function raceTheCommit(url: string, state: State): Promise<number> {
  const consumer = await opened(url);
  let seen = 0;
  consumer.queue.handle('advance', async () => {
    seen = (await consumer.journal.read('INC-1')).length;
    return 'done';
  });
  await query(
    url,
    `create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(2); return null; end $$;
     create constraint trigger slow after insert on firebreak.journal deferrable initially deferred
       for each row execute function slow()`,
  );
  const append = state.journal.append('INC-1', 1, [mitigated('y')], {
    work: [{ kind: 'advance', key: 'INC-1' }],
  });
  await delay(500);
  await consumer.queue.start();
  await append;
  await eventually('an empty queue', async () => (await pending(url)) + (await active(url)) === 0);
  return seen;
}

async function pending(url: string): Promise<number> {
  return await jobs(url, "state < 'active'");
}

async function active(url: string): Promise<number> {
  return await jobs(url, "state = 'active'");
}

async function jobs(url: string, condition: string): Promise<number> {
  const rows = await query<{ count: string }>(
    url,
    `select count(*) from firebreak_queue.job where name in ('intake', 'advance', 'render') and ${condition}`,
  );
  return Number(rows[0]?.count);
}
