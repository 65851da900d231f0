import type { ActionClass } from '../../domain/actor.ts';
import type { Members } from '../../domain/authority.ts';
import { hashJson } from '../../domain/json.ts';
import type { IncidentDesk } from '../../engine/desk.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * Milliseconds for which messages name the same people: what is shown permits nothing, who may decide is read at the
 * click, and Slack takes about 20 questions for the members of a group a minute.
 */
const FRESH_MS = 60_000;

/** Who may decide, for messages to name. */
export interface Roster {
  /**
   * Whoever was on the lists of this class when they were read last; null before that. Waits for nothing: `changed` is
   * called when the lists say something else.
   */
  of(actionClass: ActionClass, changed: () => void): readonly Members[] | null;
}

interface Known {
  readonly at: number;
  readonly members: readonly Members[] | null;
  readonly hash: string;
}

export function createRoster({
  desk,
  clock,
}: {
  readonly desk: Pick<IncidentDesk, 'mayDecide'>;
  readonly clock: Pick<Clock, 'now'>;
}): Roster {
  const known = new Map<ActionClass, Known>();
  const waiting = new Map<ActionClass, Set<() => void>>();

  async function read(actionClass: ActionClass, last: Known | undefined): Promise<void> {
    const members = await desk.mayDecide(actionClass).catch(() => last?.members ?? null);
    const hash = hashJson(members);
    known.set(actionClass, { at: clock.now().getTime(), members, hash });
    const told = waiting.get(actionClass) ?? [];
    waiting.delete(actionClass);
    if (hash !== last?.hash && members !== null) for (const changed of told) changed();
  }

  return {
    of(actionClass, changed) {
      const last = known.get(actionClass);
      const fresh = last !== undefined && clock.now().getTime() - last.at < FRESH_MS;
      if (!fresh) {
        const told = waiting.get(actionClass);
        if (told === undefined) {
          waiting.set(actionClass, new Set([changed]));
          void read(actionClass, last);
        } else told.add(changed);
      }
      return last?.members ?? null;
    },
  };
}
