import { record } from '../crash/boundaries.ts';
import { followUp } from '../crash/courses/follow-up.ts';
import { heldAlert } from '../crash/courses/held-alert.ts';
import { inAHurry } from '../crash/courses/in-a-hurry.ts';
import { reminders } from '../crash/courses/reminders.ts';
import { isLook, killsAt } from '../crash/kills-at.ts';
import { type Family, type Fault, spread } from '../fault.ts';
import { openWorlds, worldOf } from '../world.ts';

const LANES = 4;
/**
 * What tells people, what is written down of it, and what makes it due or ends it. Of the messages the post that the
 * channel hears alone: each is crossed in the same way, see the family `crash`.
 */
const OF_REMINDERS =
  /^(commit: .*(reminded|page\.|charge\.|step\.outdated|decision\.recorded|when to remind)|pager |slack chat\.postMessage reminder:.*:group)/;
const OF_FOLLOW_UPS = /^commit: follow-up/;
const OF_HELD_ALERTS = /^commit: (alert\.ignored\(|alert taken up again|incident\.opened)/;

/** For whoever takes over, before a commit is as after the one before it. */
function isOfItsOwn({ state, boundary }: Fault): boolean {
  return state === 'embedded' || !boundary.startsWith('before commit');
}

/** kill -9 around what is due at a time of its own; on an external state a second replica takes over at once. */
export const timers: Family = {
  name: 'timers',
  lanes: LANES,
  async open(stack, { states, sample }) {
    const worlds = await openWorlds(stack, LANES);
    const { sources } = stack.use(inAHurry());
    const courses = [
      { course: reminders, own: OF_REMINDERS },
      { course: heldAlert(sources), own: OF_HELD_ALERTS },
      { course: followUp(sources), own: OF_FOLLOW_UPS },
    ];
    const kills = await Promise.all(
      courses.map(async ({ course, own }, lane) => {
        // The boundaries are the same on both states.
        const recording = await record(worldOf(worlds, lane), 'embedded', course);
        const crossed = recording.boundaries.filter(
          (boundary) => own.test(boundary.name) && !isLook(boundary),
        );
        return states.flatMap((state) =>
          killsAt(worlds, { state, course, recording }, crossed).filter(isOfItsOwn),
        );
      }),
    );
    return spread(kills.flat(), sample);
  },
};
