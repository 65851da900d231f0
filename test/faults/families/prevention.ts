import { record } from '../crash/boundaries.ts';
import { prevention as course } from '../crash/courses/prevention.ts';
import { isLook, killsAt } from '../crash/kills-at.ts';
import { type Family, spread } from '../fault.ts';
import { openWorlds, worldOf } from '../world.ts';

const LANES = 3;

/** The others, messages above all, are crossed by an incident as well: see the family `crash`. */
const OWN = /^(commit|change|kubernetes |ack|answer|slack chat\.postEphemeral)/;

/** kill -9 at every boundary of a run of remedies at which something is decided, recorded or changed. */
export const prevention: Family = {
  name: 'prevention',
  lanes: LANES,
  async open(stack, { states, sample }) {
    const worlds = await openWorlds(stack, LANES);
    const recorded = await Promise.all(
      states.map(async (state, lane) => ({
        state,
        course,
        recording: await record(worldOf(worlds, lane), state, course),
      })),
    );
    const kills = recorded.flatMap((one) =>
      killsAt(
        worlds,
        one,
        one.recording.boundaries.filter((boundary) => OWN.test(boundary.name) && !isLook(boundary)),
      ),
    );
    return spread(kills, sample);
  },
};
