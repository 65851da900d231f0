import { FirebreakError } from '../../domain/errors.ts';
import { ident } from '../../domain/sql-name.ts';
import type { PausedReplay } from '../../ports/databases.ts';
import { resumeReplaySql } from './sql/resume-replay.ts';

/** The guarded statement with its values in place: what a person reads before deciding can also be run in psql. */
export function resumeText({ startedAt, replayPosition }: PausedReplay): string {
  const [, ...lines] = resumeReplaySql.split('\n');
  const values = [`'${startedAt.replaceAll("'", "''")}'`, String(replayPosition)];
  const body = lines
    .join('\n')
    .replace(/\$([12])/g, (_, index: string) => values[Number(index) - 1] ?? 'NULL');
  return `/* firebreak:resume-replay v1 */\n${body}`;
}

/**
 * The right to resume replay is not part of pg_monitor. PostgreSQL keeps it for each database, and it reaches a standby
 * through replay: granted while replay is paused it arrives only afterwards (measured).
 */
export function mayNotResume(error: FirebreakError, role: string): FirebreakError {
  return new FirebreakError('database-permission', error.message, {
    hint: `Resume it by hand as a superuser on the standby. For the next time, on the primary: GRANT EXECUTE ON FUNCTION pg_wal_replay_resume() TO ${ident(role)};`,
    cause: error,
  });
}
