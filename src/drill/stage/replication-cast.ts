import type { Stage } from './stage.ts';

/** How far a standby has to be behind for the alert; bytes. */
const BEHIND_BYTES = 16 * 1024 * 1024;
const FILLER = 'log_filler';
const MB = 1024 * 1024;

/** A table that is there only to make the log grow. */
export async function prepareFiller(stage: Stage): Promise<void> {
  await stage.sql(`create table ${FILLER} (note text)`);
}

/** Lets the primary write about this many megabytes of log. */
export async function writeLog(stage: Stage, megabytes: number): Promise<void> {
  await stage.sql(
    `insert into ${FILLER} select repeat(md5(n::text), 30) from generate_series(1, ${megabytes * 1000}) n`,
  );
}

/** Waits until the replica has replayed what is written now. */
export async function replayed(stage: Stage): Promise<void> {
  const [now] = await stage.sql<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  await stage.until('the replica has replayed it', async () => {
    const [row] = await stage.sql<{ there: boolean }>(
      'select pg_last_wal_replay_lsn() >= $1::pg_lsn as there',
      [now?.lsn],
      'replica',
    );
    return row?.there === true;
  });
}

/** What is received and not replayed, once that is much. */
export async function replayLag(stage: Stage): Promise<string | null> {
  const [row] = await stage.sql<{ bytes: number }>(
    'select coalesce(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0)::float8 as bytes',
    [],
    'replica',
  );
  const bytes = row?.bytes ?? 0;
  return bytes < BEHIND_BYTES ? null : `${Math.round(bytes / MB)} MB wait to be replayed on the replica`;
}
