const ROLES = ['pg_monitor', 'pg_read_all_stats', 'pg_signal_backend', 'pg_use_reserved_connections'];

/**
 * What the own role may do and see, as one row, for a role without any right. The columns are those of PostgreSQL 14; what
 * the role may not read is null, and sessions count by database, as their kind is hidden too.
 */
export const accessSql = `/* firebreak:access v1 */
SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS in_recovery,
  session_user::text AS role, current_database()::text AS database, r.rolsuper AS superuser,
  (SELECT json_object_agg(g.rolname, CASE WHEN pg_has_role(session_user, g.oid, 'USAGE') THEN 'held'
     WHEN pg_has_role(session_user, g.oid, 'MEMBER') THEN 'not-inherited' ELSE 'missing' END)
   FROM pg_roles g WHERE g.rolname IN (${ROLES.map((role) => `'${role}'`).join(', ')})) AS memberships,
  (SELECT count(*)::int FROM pg_stat_activity WHERE query = '<insufficient privilege>') AS hidden,
  current_setting('max_connections')::int AS max_connections,
  current_setting('superuser_reserved_connections')::int AS superuser_reserved,
  coalesce(current_setting('reserved_connections', true)::int, 0) AS reserved,
  nullif(d.datconnlimit, -1) AS database_limit, nullif(r.rolconnlimit, -1) AS role_limit,
  (SELECT bool_or(has_database_privilege(p.oid, 'CONNECT')) FROM pg_database p WHERE p.datname = 'postgres') AS may_connect_aside,
  (SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries') AS libraries,
  EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS statements,
  has_function_privilege('pg_wal_replay_resume()', 'EXECUTE') AS may_resume,
  (SELECT setting::int FROM pg_settings WHERE name = 'track_activity_query_size') AS query_size,
  CASE WHEN inet_server_addr() IS NULL OR inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1' THEN NULL
    ELSE (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) END AS encrypted,
  extract(epoch FROM clock_timestamp())::float8 * 1000 AS clock_ms
FROM pg_roles r, pg_database d WHERE r.rolname = session_user AND d.datname = current_database()`;
