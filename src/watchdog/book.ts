import type { DomainEvent, RecordedEvent } from '../domain/event.ts';
import { streams } from '../domain/streams.ts';
import { foldWatchdog, nothingRecorded, type PolicyRecord } from '../domain/watchdog-record.ts';
import type { AppendResult, Journal, StreamAppend } from '../ports/state.ts';

/** The records of all policies at one moment. */
export interface Page {
  readonly version: number;
  readonly of: (policy: string) => PolicyRecord;
}

/** What was written down of the policies. Each write is bound to the page that it was decided on. */
export interface Book {
  read(): Promise<Page>;
  /** False when something was written since, or stands against it: read again, and decide again. */
  append(page: Page, event: DomainEvent, besides?: Besides): Promise<boolean>;
}

/** What an entry is written with. */
interface Besides {
  /** Goes with it or not at all. */
  readonly together?: readonly StreamAppend[];
  /** Dedupe key: nothing is written while an open incident holds it. */
  readonly unlessOpen?: string;
}

interface Known {
  readonly version: number;
  /** Hash of the last entry, and so of everything before it. */
  readonly hash: string | null;
  readonly records: ReadonlyMap<string, PolicyRecord>;
}

const NOTHING: Known = { version: 0, hash: null, records: new Map() };

/**
 * Only what was written since is read, and the last entry before it: a state that failed over or was restored may have
 * lost that one, and what is known here would hide what stands in its place.
 */
export function createBook(journal: Pick<Journal, 'read' | 'appendAll'>): Book {
  let known = NOTHING;

  async function readOn(before: Known): Promise<Known> {
    const entries = await journal.read(streams.watchdog, Math.max(0, before.version - 1));
    if (before.version === 0) return foldOn(NOTHING, entries);
    const [last, ...since] = entries;
    return last?.hash === before.hash
      ? foldOn(before, since)
      : foldOn(NOTHING, await journal.read(streams.watchdog));
  }

  return {
    async read() {
      const before = known;
      const { version, hash, records } = await readOn(before);
      // Several databases read at once: what another one has read on meanwhile stays.
      if (known === before) known = { version, hash, records };
      return { version, of: (policy) => records.get(policy) ?? nothingRecorded };
    },
    async append({ version }, event, { together = [], ...unlessOpen } = {}) {
      const work =
        event.type === 'watchdog.enabled' ? [] : [{ kind: 'render' as const, key: streams.watchdog }];
      const options = { work, ...unlessOpen };
      const own = { stream: streams.watchdog, expectedVersion: version, events: [event], options };
      const { status }: AppendResult = await journal.appendAll([own, ...together]);
      return status === 'appended';
    },
  };
}

function foldOn(before: Known, entries: readonly RecordedEvent[]): Known {
  const { version, hash } = entries.at(-1) ?? before;
  return { version, hash, records: entries.reduce(foldWatchdog, before.records) };
}
