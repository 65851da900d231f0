/**
 * Which of these backends still run the same transaction, and on which server that was asked.
 * Parameters: $1 pids, $2 backend_start, $3 xact_start or null, $4 start of the server that they were read on; the
 * positions (from 1) of the living are returned, and of those that the role may not see.
 */
export const aliveSql = `/* firebreak:alive v3 */
SELECT pg_postmaster_start_time()::text AS started, pg_is_in_recovery() AS in_recovery,
       coalesce(pg_postmaster_start_time() <> ANY ($4::timestamptz[]), true) AS changed,
       ARRAY(SELECT i.position::int
             FROM unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS i(pid, backend_start, xact_start, position)
             WHERE EXISTS (SELECT FROM pg_stat_get_activity(i.pid) a
                           WHERE a.backend_start IS NULL
                              OR a.backend_start = i.backend_start AND a.xact_start IS NOT DISTINCT FROM i.xact_start)
             ORDER BY i.position) AS positions`;
