import type { Family, StateOf } from '../fault.ts';
import { spread } from '../fault.ts';
import { cpuTrouble, databaseTroubles } from '../victim/database-troubles.ts';
import { kubernetesTroubles } from '../victim/kubernetes-troubles.ts';
import { asFault } from '../victim/trouble.ts';
import { openWorlds, worldOf } from '../world.ts';

const LANES = 3;

/** Trouble of the monitored database, its metrics and its cluster: each is told on a card, and the run goes on. */
export const victim: Family = {
  name: 'victim',
  lanes: LANES,
  async open(stack, { states, sample }) {
    const worlds = await openWorlds(stack, LANES);
    // Where the state lies makes no difference to these, so each runs once, on one of them in turns.
    const state = (index: number): StateOf => states[index % states.length] ?? 'embedded';
    return spread([...databaseTroubles, ...kubernetesTroubles, cpuTrouble], sample).map((trouble, index) =>
      asFault(trouble, state(index), (lane) => worldOf(worlds, lane)),
    );
  },
};
