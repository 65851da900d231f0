import type { Family, StateOf } from '../fault.ts';
import { calls } from '../slack/calls.ts';
import { outages } from '../slack/outages.ts';
import { play } from '../slack/play.ts';
import { sockets } from '../slack/sockets.ts';
import { openWorlds, worldOf } from '../world.ts';

const LANES = 3;
/** What Slack does has nothing to do with where the state is: one is enough, the one that most people have. */
const STATE: StateOf = 'embedded';

/** Slack in trouble during an incident: single calls, the connections for clicks, outages of the whole. */
export const slack: Family = {
  name: 'slack',
  lanes: LANES,
  async open(stack, { states }) {
    if (!states.includes(STATE)) return [];
    const worlds = await openWorlds(stack, LANES);
    return [...outages, ...calls, ...sockets].map((trouble) => ({
      fault: trouble.fault,
      boundary: trouble.boundary,
      state: STATE,
      run: async (lane: number) => play(worldOf(worlds, lane), STATE, trouble),
    }));
  },
};
