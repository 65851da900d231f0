/**
 * Which of these backends still run the same transaction.
 * Parameters: $1 pids, $2 backend_start, $3 xact_start or null; the positions (from 1) of the living are returned.
 */
export const aliveSql = `/* firebreak:alive v1 */
SELECT i.position::int AS position
FROM unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS i(pid, backend_start, xact_start, position)
WHERE EXISTS (SELECT FROM pg_stat_get_activity(i.pid) a
              WHERE a.backend_start = i.backend_start AND a.xact_start IS NOT DISTINCT FROM i.xact_start)
ORDER BY i.position`;
