/**
 * Resumes replay on a standby if, in this very statement, it is still the pause that was read: the same server, still a
 * standby, paused, at the same place in the log. At a recovery target it refuses, because resuming there ends the
 * recovery and makes the standby a primary.
 *
 * Parameters: $1 start time of the server, $2 where replay stood, in bytes from the beginning of the log.
 */
export const resumeReplaySql = `/* firebreak:resume-replay v1  $1 server start  $2 replay position in bytes */
WITH v AS MATERIALIZED (SELECT CASE
    WHEN pg_postmaster_start_time() IS DISTINCT FROM $1::timestamptz             THEN 'refused:server_changed'
    WHEN NOT pg_is_in_recovery()                                                 THEN 'refused:promoted'
    WHEN NOT pg_is_wal_replay_paused()                                           THEN 'refused:not_paused'
    WHEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') <> $2::numeric         THEN 'refused:moved'
    WHEN EXISTS (SELECT FROM unnest(ARRAY['recovery_target', 'recovery_target_lsn', 'recovery_target_name',
      'recovery_target_time', 'recovery_target_xid']) n WHERE current_setting(n) <> '') THEN 'refused:recovery_target'
    ELSE 'ok' END AS verdict)
SELECT verdict, CASE WHEN verdict = 'ok' THEN pg_wal_replay_resume()::text END AS resumed, clock_timestamp()::text AS at FROM v`;
