import type { DomainEvent } from '../domain/event.ts';
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
  /** False when something was written since: read again, and decide again. What belongs to it goes with it or not at all. */
  append(page: Page, event: DomainEvent, together?: readonly StreamAppend[]): Promise<boolean>;
}

export function createBook(journal: Pick<Journal, 'read' | 'appendAll'>): Book {
  let known: { version: number; records: ReadonlyMap<string, PolicyRecord> } = {
    version: 0,
    records: new Map(),
  };

  return {
    async read() {
      const entries = await journal.read(streams.watchdog, known.version);
      const records = entries.reduce(foldWatchdog, known.records);
      known = { version: entries.at(-1)?.version ?? known.version, records };
      return { version: known.version, of: (policy) => records.get(policy) ?? nothingRecorded };
    },
    async append({ version }, event, together = []) {
      const work =
        event.type === 'watchdog.enabled' ? [] : [{ kind: 'render' as const, key: streams.watchdog }];
      const own = { stream: streams.watchdog, expectedVersion: version, events: [event], options: { work } };
      const { status }: AppendResult = await journal.appendAll([own, ...together]);
      // Also when the journal was set back to an earlier state, which what is known here would hide.
      if (status === 'conflict') known = { version: 0, records: new Map() };
      return status === 'appended';
    },
  };
}
