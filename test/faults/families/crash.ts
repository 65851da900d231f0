import { type Boundary, recordBoundaries } from '../crash/boundaries.ts';
import type { Side } from '../crash/crossing.ts';
import { killOnce } from '../crash/kill-once.ts';
import { canBeSlow } from '../crash/slow-down.ts';
import { crashStorm } from '../crash/storm.ts';
import { type Family, type Fault, type StateOf, spread } from '../fault.ts';
import { openWorlds, type World, worldOf } from '../world.ts';

const LANES = 2;
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
    const storms = states.flatMap((state) => stormsOf(worlds, state));
    return [...spread(kills, sample), ...spread(storms, sample === null ? null : 1)];
  },
};

function killsAt(worlds: readonly World[], state: StateOf, boundaries: readonly Boundary[]): Fault[] {
  return boundaries.flatMap((boundary) =>
    sidesOf(boundary).flatMap((side) => {
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

function sidesOf(boundary: Boundary): Side[] {
  return canBeSlow(boundary) ? ['before', 'during', 'after'] : ['before', 'after'];
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
