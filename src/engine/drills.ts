import type { Drills } from '../ports/drills.ts';
import type { Journal } from '../ports/state.ts';

/** The stream of the journal in which rehearsals are written down. */
const STREAM = 'drills';

/** Keeps rehearsals in the journal: a drill has a state of its own, and this is the one of the bot that it was for. */
export function createDrills(journal: Pick<Journal, 'read' | 'append'>): Drills {
  const recent: Drills['recent'] = async (most) =>
    (await journal.read(STREAM)).slice(-most).flatMap(({ event, at }) => {
      if (event.type !== 'drill.recorded') return [];
      const { type: _, ...drill } = event;
      return [{ ...drill, at }];
    });

  return {
    async record(drill) {
      for (;;) {
        const version = (await journal.read(STREAM)).at(-1)?.version ?? 0;
        const event = { type: 'drill.recorded' as const, ...drill };
        const { status } = await journal.append(STREAM, version, [event], { work: [] });
        if (status === 'appended') return;
      }
    },
    recent,
    last: async () => (await recent(1))[0] ?? null,
  };
}
