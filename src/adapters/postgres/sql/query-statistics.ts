/** How pg_stat_statements stands in the connected database. A setting of the library is there once it is loaded. */
export const queryStatisticsSql = `/* firebreak:query-statistics v1 */
SELECT pg_postmaster_start_time()::text AS started,
  EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_stat_statements') AS available,
  EXISTS (SELECT 1 FROM pg_settings WHERE name = 'pg_stat_statements.max') AS loaded,
  EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements') AS created,
  (SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries') AS libraries,
  EXISTS (SELECT 1 FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')
    AND ((r.rolsuper AND r.rolname = current_user) OR r.rolname IN ('rds_superuser', 'cloudsqlsuperuser', 'azure_pg_admin'))) AS allowed`;
