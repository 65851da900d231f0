/**
 * The cheap probe: counts only, no joins and no query texts. Under heavy load it answers in tens of milliseconds
 * where the snapshot takes a second.
 */
export const probeSql = `/* firebreak:l0 v1 */
SELECT count(*) FILTER (WHERE state <> 'idle' AND backend_type = 'client backend')::int AS busy,
       count(*) FILTER (WHERE state = 'active' AND wait_event_type IS NULL
                          AND backend_type IN ('client backend', 'parallel worker'))::int AS on_cpu,
       count(*) FILTER (WHERE wait_event_type = 'Lock')::int AS lock_waiting,
       extract(epoch FROM clock_timestamp() - min(xact_start) FILTER (WHERE backend_type = 'client backend'))::float8 AS oldest_seconds
FROM pg_stat_get_activity(NULL) WHERE pid <> pg_backend_pid()`;
