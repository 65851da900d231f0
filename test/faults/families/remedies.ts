import { record } from '../crash/boundaries.ts';
import { preventions } from '../crash/courses/prevention.ts';
import { valve } from '../crash/courses/valve.ts';
import { isLook, killsAt } from '../crash/kills-at.ts';
import { type Family, spread } from '../fault.ts';
import { openWorlds, worldOf } from '../world.ts';

const LANES = 3;
/** The others, messages above all, are crossed by an incident as well: see the family `crash`. */
const OWN = /^(commit|change|kubernetes|ack .*(decision|opened)|slack chat\.postEphemeral)/;

/** kill -9 in a prevention run, and around a load-shedding valve, wherever something is decided, recorded or changed. */
export const remedies: Family = {
  name: 'remedies',
  lanes: LANES,
  async open(stack, { states, sample }) {
    const worlds = await openWorlds(stack, LANES);
    const kills = await Promise.all(
      [...preventions, valve].map(async (course, lane) => {
        // The boundaries are the same on both states.
        const recording = await record(worldOf(worlds, lane), 'embedded', course);
        const own = recording.boundaries.filter((boundary) => OWN.test(boundary.name) && !isLook(boundary));
        return states.flatMap((state) => killsAt(worlds, { state, course, recording }, own));
      }),
    );
    return spread(kills.flat(), sample);
  },
};
