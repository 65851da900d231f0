import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { isFirebreakError } from '../../domain/errors.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import type { JournalEntry } from '../../domain/journal-entry.ts';
import type { AppendResult, StreamAppend, Work } from '../../ports/state.ts';
import { guarded } from './failure.ts';
import { appendWithin, inOneTransaction } from './journal-append.ts';
import type { JournalEnd } from './journal-end.ts';
import { readHead } from './journal-verify.ts';
import { createWitness } from './journal-witness.ts';
import type { Enqueue } from './queue/enqueue.ts';
import type { StateTables } from './tables.ts';

/** What the journal needs besides its tables. */
export interface JournalParts {
  readonly enqueue: Enqueue;
  /** Called after the commit with the work of the transaction. */
  readonly committed: (work: readonly Work[]) => void;
  readonly logger: Pick<Logger, 'error'>;
  /** Name of this process. */
  readonly instance: string;
}

/**
 * Appends within the transaction that is open; `end` when it has locked the end of the journal already. Throws to roll it
 * back when somebody else was first.
 */
type AppendHere = (appends: readonly StreamAppend[], end?: JournalEnd) => Promise<readonly JournalEntry[]>;

/**
 * Runs a transaction that ends with what it appends to the journal, or with nothing appended. `told` hears of the events
 * right after the commit, before anybody works on them.
 */
export type WriteJournal = (
  write: (tx: Kysely<StateTables>, append: AppendHere) => Promise<readonly JournalEntry[]>,
  told?: (events: readonly RecordedEvent[]) => void,
) => Promise<AppendResult>;

/** Writes to the journal, watches that nothing of it gets lost, and lets the work that follows begin. */
export function createJournalWriter(
  db: Kysely<StateTables>,
  parts: JournalParts,
): {
  readonly write: WriteJournal;
  /** Looks whether what this process wrote last is still there, and tells when it is not. Throws what the state throws. */
  readonly lookForLoss: () => Promise<void>;
} {
  const witness = createWitness(db, parts);

  const lookForLoss = async (): Promise<void> =>
    guarded(() =>
      witness.watch(async (check) => {
        const head = await readHead(db);
        if (head !== null) await check(db, head);
      }),
    );

  const write: WriteJournal = async (transact, told) => {
    let work: readonly Work[] = [];
    try {
      const result = await guarded(() =>
        witness.watch(async (check) =>
          inOneTransaction(db, async (tx) =>
            transact(tx, async (appends, end) => {
              work = appends.flatMap(({ options }) => options.work);
              return await appendWithin(tx, parts.enqueue, appends, { checkHead: check, end });
            }),
          ),
        ),
      );
      if (result.status === 'conflict') return result;
      witness.saw(result.events.at(-1));
      told?.(result.events);
      parts.committed(work);
      return result;
    } catch (error) {
      // It may be committed after all; then nobody else knows of work that has no item in the queue.
      if (isFirebreakError(error) && error.code === 'state-unconfirmed') parts.committed(work);
      throw error;
    }
  };

  return { write, lookForLoss };
}
