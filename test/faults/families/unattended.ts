import { record } from '../crash/boundaries.ts';
import { digest } from '../crash/courses/digest.ts';
import { inAHurry } from '../crash/courses/in-a-hurry.ts';
import { watchdog } from '../crash/courses/watchdog.ts';
import { isLook, killsAt } from '../crash/kills-at.ts';
import { type Family, spread } from '../fault.ts';
import { openWorlds, worldOf } from '../world.ts';

const LANES = 2;
/** Everything else that happens meanwhile is what happens in every process. */
const OWN =
  /watchdog|audits\.digested|signal|chat_message (kill|digest):|slack chat\.postMessage (kill|digest):/;

/** kill -9 in what Firebreak does without being asked; on an external state a second replica takes over at once. */
export const unattended: Family = {
  name: 'unattended',
  lanes: LANES,
  async open(stack, { states, sample }) {
    const worlds = await openWorlds(stack, LANES);
    const { sources } = stack.use(inAHurry());
    const courses = [watchdog(sources), digest(sources)];
    const kills = await Promise.all(
      courses.map(async (course, lane) => {
        // The boundaries are the same on both states.
        const recording = await record(worldOf(worlds, lane), 'embedded', course);
        const own = recording.boundaries.filter((boundary) => OWN.test(boundary.name) && !isLook(boundary));
        return states.flatMap((state) => killsAt(worlds, { state, course, recording }, own));
      }),
    );
    return spread(kills.flat(), sample);
  },
};
