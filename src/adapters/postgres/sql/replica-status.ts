/**
 * A standby as it sees itself. Seconds are 0 when everything received is replayed, because the age of the last
 * replayed transaction also grows while the primary is idle.
 *
 * What replay waits for is the wait event of the startup process. pg_blocking_pids says nothing about that process
 * (measured on 18), so the holders of its lock are read from pg_locks, and only while it waits for one. The columns are
 * those of PostgreSQL 14.
 */
export const replicaStatusSql = `/* firebreak:replica-status v2 */
WITH r AS (SELECT pg_is_in_recovery() AS in_recovery, pg_last_wal_receive_lsn() AS received, pg_last_wal_replay_lsn() AS replayed),
startup AS MATERIALIZED (SELECT pid, wait_event_type, wait_event FROM pg_stat_activity WHERE backend_type = 'startup' LIMIT 1)
SELECT in_recovery, pg_postmaster_start_time()::text AS started_at,
       CASE WHEN in_recovery THEN pg_is_wal_replay_paused() ELSE false END AS replay_paused,
       CASE WHEN in_recovery THEN greatest(pg_wal_lsn_diff(received, replayed), 0)::float8 END AS replay_bytes,
       CASE WHEN received <= replayed THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float8 AS replay_seconds,
       CASE WHEN in_recovery THEN pg_wal_lsn_diff(replayed, '0/0')::float8 END AS replay_position,
       (SELECT json_build_object('type', wait_event_type, 'event', wait_event) FROM startup WHERE wait_event IS NOT NULL) AS replay_wait,
       CASE WHEN (SELECT wait_event_type FROM startup) = 'Lock' THEN
         ARRAY(SELECT DISTINCT held.pid FROM pg_locks wanted
               JOIN pg_locks held ON (held.locktype, held.database, held.relation) IS NOT DISTINCT FROM (wanted.locktype, wanted.database, wanted.relation)
               WHERE wanted.pid = (SELECT pid FROM startup) AND NOT wanted.granted AND held.granted AND held.pid <> wanted.pid
               ORDER BY 1 LIMIT 50)
         ELSE '{}'::int[] END AS lock_holders,
       (SELECT json_build_object('status', status, 'slot', slot_name,
                 'silentSeconds', extract(epoch FROM clock_timestamp() - last_msg_receipt_time)::float8)
        FROM pg_stat_wal_receiver WHERE status IS NOT NULL LIMIT 1) AS receiver,
       (SELECT coalesce(sum(confl_tablespace + confl_lock + confl_snapshot + confl_bufferpin + confl_deadlock), 0)::float8
        FROM pg_stat_database_conflicts) AS cancelled_for_replay,
       CASE current_setting('max_standby_streaming_delay') WHEN '-1' THEN -1
            ELSE extract(epoch FROM current_setting('max_standby_streaming_delay')::interval) END::float8 AS patience_seconds,
       extract(epoch FROM current_setting('recovery_min_apply_delay')::interval)::float8 AS apply_delay_seconds,
       (SELECT name || ' = ' || current_setting(name) FROM unnest(ARRAY['recovery_target', 'recovery_target_lsn',
          'recovery_target_name', 'recovery_target_time', 'recovery_target_xid']) name
        WHERE current_setting(name) <> '' LIMIT 1) AS recovery_target,
       has_function_privilege('pg_wal_replay_resume()', 'EXECUTE') AS may_resume,
       current_user::text AS role, current_database()::text AS connected_to
FROM r`;
