/** The settings that audits look at. */
const SETTINGS = [
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
  'lock_timeout',
  'max_connections',
  'superuser_reserved_connections',
  'reserved_connections',
  'shared_preload_libraries',
  'log_min_duration_statement',
  'log_lock_waits',
  'track_activity_query_size',
  'track_io_timing',
  'client_connection_check_interval',
  'autovacuum',
  'temp_file_limit',
  'tcp_keepalives_idle',
  'compute_query_id',
  'jit',
  'wal_level',
  'max_wal_senders',
  'max_replication_slots',
  'max_slot_wal_keep_size',
];

/** The settings that may be stored for a role or a database and that audits follow there. */
const STORED = [
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
  'lock_timeout',
  'temp_file_limit',
  'jit',
];

const list = (names: readonly string[]) => `ARRAY[${names.map((name) => `'${name}'`).join(', ')}]`;

/**
 * How the server is set up and who may log in, as one JSON value. Reset values are read, so that what this session set
 * for itself does not count. The columns are those of PostgreSQL 14.
 */
export const serverReadoutSql = `/* firebreak:audit-server v1 */
WITH db AS (SELECT oid, datname, datconnlimit FROM pg_database WHERE datname = current_database()),
sessions AS MATERIALIZED (SELECT usesysid, count(*)::int AS n FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND datname = current_database() GROUP BY 1)
SELECT json_build_object(
  'database', datname, 'versionNumber', current_setting('server_version_num')::int, 'inRecovery', pg_is_in_recovery(),
  'databaseLimit', nullif(datconnlimit, -1),
  'settings', (SELECT json_object_agg(name, json_build_object('value', reset_val, 'unit', unit, 'pendingRestart', pending_restart))
               FROM pg_settings WHERE name = ANY (${list(SETTINGS)}) AND reset_val IS NOT NULL),
  'roles', (SELECT json_agg(g) FROM (SELECT rolname AS name, rolsuper AS superuser, r.oid = 10 AS bootstrap, rolname = session_user AS own,
              nullif(rolconnlimit, -1) AS "connectionLimit", coalesce(s.n, 0) AS sessions
            FROM pg_roles r LEFT JOIN sessions s ON s.usesysid = r.oid
            WHERE rolcanlogin AND (rolsuper OR NOT rolreplication) AND rolname !~ '^(pg_|rds|cloudsql|azure)' AND has_database_privilege(r.oid, db.oid, 'CONNECT')
            ORDER BY coalesce(s.n, 0) DESC, rolname LIMIT 1000) g),
  'stored', (SELECT json_agg(g) FROM (SELECT r.rolname AS role, CASE WHEN s.setdatabase <> 0 THEN datname END AS database,
               split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value
             FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) c
             WHERE s.setdatabase IN (0, db.oid) AND (s.setrole = 0 OR r.oid IS NOT NULL) AND split_part(c, '=', 1) = ANY (${list(STORED)})) g),
  'extensions', (SELECT json_agg(extname ORDER BY extname) FROM pg_extension),
  'ages', (SELECT json_agg(json_build_object('database', datname, 'age', age(datfrozenxid))) FROM pg_database),
  'publications', (SELECT count(*)::int FROM pg_publication),
  'publishedWithoutIdentity', (SELECT json_agg(g.name) FROM (SELECT DISTINCT format('%I.%I', n.nspname, c.relname) AS name
     FROM pg_publication p JOIN pg_publication_tables t ON t.pubname = p.pubname
     JOIN pg_namespace n ON n.nspname = t.schemaname JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
     WHERE (p.pubupdate OR p.pubdelete) AND (c.relreplident = 'n' OR (c.relreplident = 'd'
       AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary))) ORDER BY 1 LIMIT 50) g)
) AS readout FROM db`;

const NOT_OURS = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;
const relation = "format('%I.%I', n.nspname, c.relname)";

/**
 * Tables and indexes of the connected database, as one JSON value. Sizes are pages as the catalog knows them: the
 * functions that measure files walk and lock what they measure.
 */
export const relationReadoutSql = `/* firebreak:audit-relations v1 */
WITH t AS MATERIALIZED (
  SELECT relid, format('%I.%I', schemaname, relname) AS name, n_live_tup, n_dead_tup, seq_scan, seq_tup_read, idx_scan
  FROM pg_stat_user_tables WHERE n_live_tup > 10000 OR n_dead_tup > 10000
  ORDER BY seq_tup_read DESC NULLS LAST, n_dead_tup DESC, relid LIMIT 200),
k AS (SELECT i.indexrelid, i.indrelid, format('%I.%I', n.nspname, c.relname) AS name, c.relpages, i.indkey::text AS columns, i.indclass::text AS classes,
        i.indcollation::text AS collations, i.indoption::text AS options, c.relam,
        coalesce(pg_get_expr(i.indexprs, i.indrelid), '') AS expressions, coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS predicate
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${NOT_OURS} AND c.relkind = 'i' AND i.indisvalid AND NOT i.indisunique AND NOT i.indisexclusion)
SELECT json_build_object(
  'statisticsSince', (SELECT to_char(stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM pg_stat_database WHERE datname = current_database()),
  'tables', (SELECT json_agg(json_build_object('name', t.name, 'liveRows', n_live_tup, 'deadRows', n_dead_tup, 'sequentialScans', seq_scan,
       'sequentialRows', seq_tup_read, 'indexScans', coalesce(idx_scan, 0), 'bytes', c.relpages::int8 * current_setting('block_size')::int8,
       'indexes', (SELECT coalesce(json_agg(columns), '[]') FROM (SELECT (SELECT json_agg(a.attname ORDER BY o) FROM unnest(i.indkey) WITH ORDINALITY p(attnum, o)
            LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.attnum AND p.attnum > 0) AS columns
          FROM pg_index i WHERE i.indrelid = t.relid AND i.indisvalid) x)))
     FROM t JOIN pg_class c ON c.oid = t.relid),
  'invalidIndexes', (SELECT json_agg(g) FROM (SELECT ${relation} AS name, format('%I.%I', tn.nspname, tc.relname) AS table, c.relpages::int8 * current_setting('block_size')::int8 AS bytes
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_class tc ON tc.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = tc.relnamespace
     WHERE NOT i.indisvalid AND c.relkind = 'i' AND i.indexrelid NOT IN (SELECT index_relid FROM pg_stat_progress_create_index)
     ORDER BY 1 LIMIT 50) g),
  'duplicateIndexes', (SELECT json_agg(g) FROM (SELECT json_agg(k.name ORDER BY k.indexrelid) AS names,
       (SELECT ${relation} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = k.indrelid) AS table,
       (max(relpages)::int8 * current_setting('block_size')::int8) AS bytes
     FROM k GROUP BY indrelid, columns, classes, collations, options, relam, expressions, predicate HAVING count(*) > 1 LIMIT 50) g),
  'unindexedKeys', (SELECT json_agg(g) FROM (SELECT f.conname AS constraint, ${relation} AS table, format('%I.%I', rn.nspname, rc.relname) AS references,
       (SELECT json_agg(quote_ident(a.attname) ORDER BY o) FROM unnest(f.conkey) WITH ORDINALITY p(attnum, o)
        JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = p.attnum) AS columns, c.reltuples::float8 AS rows
     FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_class rc ON rc.oid = f.confrelid JOIN pg_namespace rn ON rn.oid = rc.relnamespace
     WHERE f.contype = 'f' AND c.reltuples > 10000 AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = f.conrelid AND i.indisvalid
       AND i.indpred IS NULL AND (i.indkey::int2[])[0:array_length(f.conkey, 1) - 1] @> f.conkey)
     ORDER BY c.reltuples DESC LIMIT 50) g)
) AS readout`;
