import { type Kysely, sql } from 'kysely';
import { FirebreakError } from '../../domain/errors.ts';
import { EVENT_SCHEMA } from '../../domain/event-versions.ts';
import type { StateTables } from './tables.ts';

/** Name of the advisory lock that a replica holds while it lives; its number is `hashtextextended(name, 0)`. */
export const REPLICA_LOCK = 'firebreak:replica:';
/** Seconds that a replica without its lock still counts for the form of events: it may have lost its session only. */
const FORGET_AFTER_SECONDS = 30;

/** A replica as the log names it. */
export interface Replica {
  readonly instance: string;
  readonly version: string;
}

/**
 * Writes the row of a replica that holds its lock. The head of the journal is locked meanwhile, so that every append
 * either knows the replica or is known to it.
 * @throws FirebreakError `state-version` when the journal holds events that this version cannot read.
 */
export async function register(db: Kysely<StateTables>, { instance, version }: Replica): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const head = await tx
      .selectFrom('journal_head')
      .select('event_schema')
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (head.event_schema > EVENT_SCHEMA) throw tooOld(version, head.event_schema);
    await tx
      .insertInto('replica')
      .values({ instance, version, event_schema: EVENT_SCHEMA })
      .onConflict((conflict) => conflict.column('instance').doUpdateSet({ gone_at: null, left_at: null }))
      .execute();
  });
}

function tooOld(version: string, schema: number): FirebreakError {
  return new FirebreakError(
    'state-version',
    `The journal holds events of schema ${schema}, and Firebreak ${version} reads up to ${EVENT_SCHEMA}.`,
    {
      hint: 'A newer Firebreak has taken this state over: start that version or a newer one. Going back needs a backup of the state from before the upgrade.',
    },
  );
}

/** Marks every replica whose lock is free as gone, and answers those that nobody had marked before. */
export async function markGone(db: Kysely<StateTables>, own: string): Promise<Replica[]> {
  const { rows } = await sql<Replica>`
    update firebreak.replica set gone_at = clock_timestamp()
    where gone_at is null and instance <> ${own}
      and pg_try_advisory_xact_lock(hashtextextended(${REPLICA_LOCK}::text || instance, 0))
    returning instance, version`.execute(db);
  return rows;
}

/** Every other replica that holds its lock. */
export async function living(db: Kysely<StateTables>, own: string): Promise<Replica[]> {
  const { rows } = await sql<Replica>`
    select instance, version from firebreak.replica
    where gone_at is null and instance <> ${own}
      and not pg_try_advisory_xact_lock(hashtextextended(${REPLICA_LOCK}::text || instance, 0))
    order by instance`.execute(db);
  return rows;
}

/** Removes the rows of replicas that left, or have been gone for long. */
export async function forgetGone(db: Kysely<StateTables>): Promise<void> {
  await sql`
    delete from firebreak.replica
    where gone_at < clock_timestamp() - make_interval(secs => ${FORGET_AFTER_SECONDS})
      or gone_at is not null and left_at is not null`.execute(db);
}

/** Says that a replica stopped in order: from now on it reads nothing. */
export async function markLeft(db: Kysely<StateTables>, instance: string): Promise<void> {
  await db
    .updateTable('replica')
    .set({ left_at: sql<string>`clock_timestamp()` })
    .where('instance', '=', instance)
    .execute();
}
