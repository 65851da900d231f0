/**
 * One setting of a role, of a database, or of both: its stored value, whom it is for, and whether the own role may
 * change it. ALTER ROLE needs CREATEROLE, since 16 with ADMIN OPTION on the role; ALTER DATABASE needs its owner
 * (https://www.postgresql.org/docs/current/sql-alterrole.html, sql-alterdatabase.html).
 * Parameters: $1 name of the setting, $2 role or null, $3 database or null.
 */
export const readSettingSql = `/* firebreak:setting v1 */
WITH s AS (
  SELECT asked.*, me.rolsuper AS i_am_super, me.rolcreaterole AS i_create, me.rolname AS me,
         r.oid AS role_oid, r.rolsuper, r.rolreplication, r.rolbypassrls, r.rolconnlimit, d.oid AS db_oid, d.datconnlimit, d.datdba
  FROM (SELECT $1::text AS name, $2::name AS role, $3::name AS db, current_setting('server_version_num')::int AS v) asked
  JOIN pg_roles me ON me.rolname = current_user
  LEFT JOIN pg_roles r ON r.rolname = asked.role LEFT JOIN pg_database d ON d.datname = asked.db)
SELECT pg_postmaster_start_time()::text AS started, v AS version,
       (role IS NULL OR role_oid IS NOT NULL) AND (db IS NULL OR db_oid IS NOT NULL) AS found,
       CASE WHEN name <> 'connection_limit'
            THEN (SELECT substr(c, length(name) + 2) FROM pg_db_role_setting x, unnest(x.setconfig) c
                  WHERE x.setdatabase = coalesce(db_oid, 0) AND x.setrole = coalesce(role_oid, 0) AND split_part(c, '=', 1) = name)
            ELSE nullif(CASE WHEN role IS NULL THEN datconnlimit ELSE rolconnlimit END, -1)::text
       END AS value,
       coalesce(rolsuper, false) AS superuser,
       CASE WHEN i_am_super THEN true
            WHEN role IS NULL THEN coalesce(pg_has_role(current_user, datdba, 'USAGE'), false)
            WHEN role_oid IS NULL OR rolsuper THEN false
            WHEN name <> 'connection_limit' AND role = me THEN true
            WHEN v >= 160000 THEN i_create AND pg_has_role(current_user, role_oid, 'USAGE WITH ADMIN OPTION')
            ELSE i_create AND NOT (name = 'connection_limit' AND (rolreplication OR rolbypassrls)) END AS allowed,
       (SELECT count(*)::int FROM pg_stat_activity a WHERE backend_type = 'client backend'
           AND (role IS NULL OR a.usesysid = role_oid) AND (db IS NULL OR a.datid = db_oid)) AS sessions
FROM s`;
