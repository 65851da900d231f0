import { record } from '../crash/boundaries.ts';
import { incident } from '../crash/courses/incident.ts';
import { killFirstStart } from '../crash/kill-first-start.ts';
import { killsAt } from '../crash/kills-at.ts';
import { crashStorm } from '../crash/storm.ts';
import { type Family, type Fault, type StateOf, spread } from '../fault.ts';
import { openWorlds, type World, worldOf } from '../world.ts';

const LANES = 4;
/** Moments of the start that makes the data folder and the tables, in milliseconds. */
const FIRST_START_MS = [300, 600, 900, 1_200, 1_600, 2_000, 2_500, 3_000];
/** Incidents in which the process dies again and again, for each state. */
const STORMS = 3;
/** kill -9 at every boundary of a run, and again and again within one. */
export const crash: Family = {
  name: 'crash',
  lanes: LANES,
  async open(stack, { states, sample }) {
    const worlds = await openWorlds(stack, LANES);
    const recorded = await Promise.all(
      states.map(async (state, lane) => ({
        state,
        course: incident,
        recording: await record(worldOf(worlds, lane), state, incident),
      })),
    );
    const kills = recorded.flatMap((one) => killsAt(worlds, one));
    const starts = states.flatMap((state) => startsOf(worlds, state));
    const storms = states.flatMap((state) => stormsOf(worlds, state));
    const few = sample === null ? null : 1;
    return [...spread(kills, sample), ...spread(starts, few), ...spread(storms, few)];
  },
};

function startsOf(worlds: readonly World[], state: StateOf): Fault[] {
  return FIRST_START_MS.map((ms) => ({
    fault: 'kill -9 in the very first start',
    boundary: `after ${ms} ms`,
    state,
    run: async (lane) => killFirstStart(worldOf(worlds, lane), state, ms),
  }));
}

function stormsOf(worlds: readonly World[], state: StateOf): Fault[] {
  return Array.from({ length: STORMS }, (_, index): Fault => {
    const seed = index + 1;
    return {
      fault: 'kill -9, again and again',
      boundary: `at random, seed ${seed}`,
      state,
      run: async (lane) => crashStorm(worldOf(worlds, lane), state, seed),
    };
  });
}
