/**
 * A standby as it sees itself. Seconds are 0 when everything received is replayed, because the age of the last
 * replayed transaction also grows while the primary is idle.
 */
export const replicaStatusSql = `/* firebreak:replica-status v1 */
SELECT in_recovery,
       CASE WHEN in_recovery THEN pg_is_wal_replay_paused() ELSE false END AS replay_paused,
       CASE WHEN in_recovery THEN greatest(pg_wal_lsn_diff(received, replayed), 0)::float8 END AS replay_bytes,
       CASE WHEN received <= replayed THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float8 AS replay_seconds
FROM (SELECT pg_is_in_recovery() AS in_recovery, pg_last_wal_receive_lsn() AS received,
             pg_last_wal_replay_lsn() AS replayed) s`;
