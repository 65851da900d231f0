import type { Fault, StateOf } from '../fault.ts';
import { type World, worldOf } from '../world.ts';
import type { Boundary, Recording } from './boundaries.ts';
import type { Course } from './course.ts';
import type { Side } from './crossing.ts';
import { killOnce } from './kill-once.ts';
import { canBeSlow } from './slow-down.ts';

/** Boundaries at which the process only looks, connects or keeps a session or a lock alive. */
const LOOKS =
  /^(connect|state: (read|prep|select|with|reset)|queue: (upkeep|listen|heartbeat|fetch)|(un)?lock |victim|kubernetes: read|slack (auth|apps|conversations|users)\b|http GET)/;
/** What is lost with the server is what it has not yet written: the boundaries of effects and of answers. */
const WITH_SERVER =
  /^(commit: .*(effect|decision|opened|alert)|answer|chat_message .*(reserved|posted)|signal|change)/;

export function isLook({ name }: Boundary): boolean {
  return LOOKS.test(name);
}

/** A kill on each side of each of these boundaries of a course. */
export function killsAt(
  worlds: readonly World[],
  { state, course, recording }: { state: StateOf; course: Course; recording: Recording },
  boundaries = recording.boundaries,
): Fault[] {
  return boundaries.flatMap((boundary) =>
    sidesOf(boundary, state).flatMap((side) => {
      const kill = (withServer: boolean): Fault => ({
        fault: withServer ? 'kill -9 with its server' : 'kill -9',
        boundary: `${side} ${boundary.name}${boundary.nth > 1 ? ` (${boundary.nth})` : ''}`,
        state,
        run: async (lane) =>
          killOnce(worldOf(worlds, lane), { state, course, recording, boundary, side, withServer }),
      });
      const asContainer = state === 'embedded' && side === 'after' && WITH_SERVER.test(boundary.name);
      return asContainer ? [kill(false), kill(true)] : [kill(false)];
    }),
  );
}

/** Between the two sides of a look nothing has changed anywhere: one side with each state stands for both. */
function sidesOf(boundary: Boundary, state: StateOf): Side[] {
  if (isLook(boundary)) return state === 'embedded' ? ['before'] : ['after'];
  return canBeSlow(boundary) ? ['before', 'during', 'after'] : ['before', 'after'];
}
