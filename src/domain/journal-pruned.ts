import type { DomainEvent, EventOf } from './event.ts';
import type { JournalEntry } from './journal-entry.ts';

/** A problem at a position, and the stream that it is about. */
export interface Finding {
  readonly position: number;
  readonly stream: string | null;
  readonly problem: string;
  readonly meaning: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MEANS = 'Its content was removed by something else than the retention policy.';

interface Seen {
  entries: number;
  /** Entries without content, and the first and the last of them. */
  bare: number;
  first: number;
  last: number;
  lastType: string;
  lastAt: string;
}

interface Pruning {
  readonly position: number;
  readonly at: string;
  readonly event: EventOf<'journal.pruned'>;
}

/**
 * Whether each entry without content is accounted for: a later `journal.pruned` names its stream with the number of its
 * entries, and the stream was over for as long as the policy in that event says.
 */
export function createPrunedCheck() {
  const streams = new Map<string, Seen>();
  const prunings = new Map<string, Pruning>();

  return {
    see(entry: JournalEntry, event: DomainEvent | null): void {
      const { stream, position, at } = entry;
      if (event?.type === 'journal.pruned') {
        for (const name of Object.keys(event.streams)) prunings.set(name, { position, at, event });
      }
      const seen = streams.get(stream) ?? newlySeen();
      streams.set(stream, seen);
      Object.assign(seen, { entries: seen.entries + 1, lastType: entry.type, lastAt: at });
      if (entry.body !== null) return;
      Object.assign(seen, { bare: seen.bare + 1, last: position });
      if (seen.bare === 1) seen.first = position;
    },

    count: () => [...streams.values()].reduce((sum, { bare }) => sum + bare, 0),

    end(): Finding[] {
      const named = [...prunings].flatMap(([stream, pruning]) => {
        const why = whyWrong(stream, streams.get(stream), pruning);
        return why === null
          ? []
          : [
              {
                position: streams.get(stream)?.first || pruning.position,
                stream,
                problem: why,
                meaning: MEANS,
              },
            ];
      });
      const unnamed = [...streams].flatMap(([stream, { bare, first }]) => {
        const problem = `Entry ${first} of ${stream} has no content, and no later journal.pruned entry names ${stream}.`;
        return bare === 0 || prunings.has(stream)
          ? []
          : [{ position: first, stream, problem, meaning: MEANS }];
      });
      return [...named, ...unnamed];
    },
  };
}

function newlySeen(): Seen {
  return { entries: 0, bare: 0, first: 0, last: 0, lastType: '', lastAt: '' };
}

/** Why a pruning does not fit what is there, or null. */
function whyWrong(stream: string, seen: Seen | undefined, { position, at, event }: Pruning): string | null {
  const says = `Entry ${position} (journal.pruned)`;
  const claimed = event.streams[stream] ?? 0;
  if (seen === undefined || seen.entries !== claimed || seen.bare !== claimed) {
    const there = seen === undefined ? 'none' : `${seen.bare} of ${seen.entries}`;
    return `${says} says that ${claimed} entries of ${stream} lost their content, but ${there} did.`;
  }
  if (seen.last > position)
    return `Entry ${seen.last} of ${stream} lost its content, but came after ${says}.`;
  const ends = stream.startsWith('intake/') ? 'alert.ignored' : 'incident.closed';
  if (seen.lastType !== ends) return `${says} names ${stream}, which ends with ${seen.lastType}.`;
  const days = ends === 'alert.ignored' ? event.policy.alertDays : event.policy.closedIncidentDays;
  if (days !== null && Date.parse(at) - Date.parse(seen.lastAt) >= days * DAY_MS) return null;
  return `${says} names ${stream}, which was not over for as long as its policy says.`;
}
