import { type Boundary, recordBoundaries } from '../crash/boundaries.ts';
import type { Side } from '../crash/crossing.ts';
import { killFirstStart } from '../crash/kill-first-start.ts';
import { killOnce } from '../crash/kill-once.ts';
import { canBeSlow } from '../crash/slow-down.ts';
import { crashStorm } from '../crash/storm.ts';
import { type Family, type Fault, type StateOf, spread } from '../fault.ts';
import { openWorlds, type World, worldOf } from '../world.ts';

const LANES = 4;
/** Boundaries at which the process only looks, connects or keeps a session or a lock alive. */
const LOOKS =
  /^(connect|state: (read|prep|select|with|reset)|queue: (upkeep|listen|heartbeat|fetch)|(un)?lock |victim|kubernetes: read|slack (auth|apps|conversations|users)\b|http GET)/;
/** Moments of the start that makes the data folder and the tables, in milliseconds. */
const FIRST_START_MS = [300, 600, 900, 1_200, 1_600, 2_000, 2_500, 3_000];
/** Incidents in which the process dies again and again, for each state. */
const STORMS = 3;
/** What is lost with the server is what it has not yet written: the boundaries of effects and of answers. */
const WITH_SERVER =
  /^(commit: .*(effect|decision|opened|alert)|answer|chat_message .*(reserved|posted)|signal)/;

/** kill -9 at every boundary of a run, and again and again within one. */
export const crash: Family = {
  name: 'crash',
  lanes: LANES,
  async open(stack, { states, sample }) {
    const worlds = await openWorlds(stack, LANES);
    const recorded = await Promise.all(
      states.map(async (state, lane) => ({
        state,
        boundaries: await recordBoundaries(worldOf(worlds, lane), state),
      })),
    );
    const kills = recorded.flatMap(({ state, boundaries }) => killsAt(worlds, state, boundaries));
    const starts = states.flatMap((state) => startsOf(worlds, state));
    const storms = states.flatMap((state) => stormsOf(worlds, state));
    const few = sample === null ? null : 1;
    return [...spread(kills, sample), ...spread(starts, few), ...spread(storms, few)];
  },
};

function killsAt(worlds: readonly World[], state: StateOf, boundaries: readonly Boundary[]): Fault[] {
  return boundaries.flatMap((boundary) =>
    sidesOf(boundary, state).flatMap((side) => {
      const kill = (withServer: boolean): Fault => ({
        fault: withServer ? 'kill -9 with its server' : 'kill -9',
        boundary: `${side} ${boundary.name}${boundary.nth > 1 ? ` (${boundary.nth})` : ''}`,
        state,
        run: async (lane) =>
          killOnce(worldOf(worlds, lane), { state, boundary, all: boundaries, side, withServer }),
      });
      const asContainer = state === 'embedded' && side === 'after' && WITH_SERVER.test(boundary.name);
      return asContainer ? [kill(false), kill(true)] : [kill(false)];
    }),
  );
}

/** Between the two sides of a look nothing has changed anywhere: one side with each state stands for both. */
function sidesOf(boundary: Boundary, state: StateOf): Side[] {
  if (LOOKS.test(boundary.name)) return state === 'embedded' ? ['before'] : ['after'];
  return canBeSlow(boundary) ? ['before', 'during', 'after'] : ['before', 'after'];
}

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
