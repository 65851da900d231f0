import { setTimeout as delay } from 'node:timers/promises';
import type { Findings, StateOf } from '../fault.ts';
import { ONCE } from '../world/judge.ts';
import type { World } from '../world.ts';

/** Milliseconds that a process lives. */
const SHORTEST_MS = 300;
const LONGEST_MS = 1_500;
/** A proof takes seconds in one piece, so that an incident cannot close while no process lives that long. */
const KILLS = 10;
/** Then it is enough, however few kills that were: on a slow machine a start alone takes long. */
const LONGEST_STORM_MS = 90_000;

/** One incident in which the process dies again and again; the seed makes the moments the same. */
export async function crashStorm(world: World, state: StateOf, seed: number): Promise<Findings> {
  await using scene = await world.fresh({ state });
  const random = randomFrom(seed);
  const handled = Promise.all([
    scene.sender.send(),
    // A step whose effect was interrupted too often is for a person, who tries it again. Of three sessions the one that
    // the others left behind overloads nothing by itself: a kill that proposes nobody is passed by.
    scene.responder.untilClosed({
      clicks: ['step.run', 'step.retry'],
      skipsUnproposed: true,
      patienceMs: 200_000,
    }),
  ]);
  handled.catch(() => undefined);
  let kills = 0;
  const over = Date.now() + LONGEST_STORM_MS;
  for (; kills < KILLS && Date.now() < over; kills += 1) {
    const process = scene.serve();
    // One in four dies while it starts.
    if (random() >= 0.25) await process.started();
    const lives = SHORTEST_MS + random() * (LONGEST_MS - SHORTEST_MS);
    if ((await Promise.race([handled, delay(lives, null)])) !== null) break;
    process.kill('SIGKILL');
    await process.exited;
  }
  if (scene.running().length === 0) scene.serve();
  const began = performance.now();
  const [, clicks] = await handled;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  return await scene.inspect(`closed ${seconds} s after ${kills} kills, with ${clicks} clicks`, {
    ...ONCE,
    ignoredCancels: ONCE.ignoredCancels + kills,
  });
}

/** Numbers from 0 to 1 that follow from the seed: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
