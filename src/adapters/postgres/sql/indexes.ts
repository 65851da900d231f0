import { mayActAs } from './may-act-as.ts';

const indexColumns = `(SELECT coalesce(json_agg(a.attname ORDER BY o), '[]') FROM unnest(i.indkey) WITH ORDINALITY p(attnum, o)
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.attnum AND p.attnum > 0 WHERE o <= i.indnkeyatts)`;
const bytes = `c.relpages::float8 * current_setting('block_size')::int`;

/** A table with its columns, its indexes and the builds on it. Parameter: $1 its name as `schema.table`, plain or quoted. */
export const indexSiteSql = `/* firebreak:index-site v1 */
SELECT pg_postmaster_start_time()::text AS started, current_setting('server_version_num')::int AS version, current_database() AS database,
  c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS "table", c.relkind IN ('r', 'm') AS ordinary, pg_get_userbyid(c.relowner) AS owner,
  CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::float8 END AS rows, ${bytes} AS bytes,
  (SELECT coalesce(json_agg(json_build_object('name', attname, 'width', nullif(attlen, -1)) ORDER BY attnum), '[]') FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
  (SELECT coalesce(json_agg(json_build_object('oid', ic.oid::int8, 'schema', inn.nspname, 'name', ic.relname, 'columns', ${indexColumns},
      'valid', i.indisvalid, 'unique', i.indisunique, 'partial', i.indpred IS NOT NULL,
      'bytes', ic.relpages::int8 * current_setting('block_size')::int8) ORDER BY ic.oid), '[]')
    FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_namespace inn ON inn.oid = ic.relnamespace
    WHERE i.indrelid = c.oid) AS indexes,
  (SELECT coalesce(json_agg(json_build_object('pid', g.pid, 'index', gc.relname, 'phase', g.phase,
      'share', CASE WHEN g.blocks_total > 0 THEN g.blocks_done::float8 / g.blocks_total
                    WHEN g.tuples_total > 0 THEN g.tuples_done::float8 / g.tuples_total
                    WHEN g.lockers_total > 0 THEN g.lockers_done::float8 / g.lockers_total END)), '[]')
    FROM pg_stat_progress_create_index g LEFT JOIN pg_class gc ON gc.oid = g.index_relid
    WHERE g.relid = c.oid AND g.datid = (SELECT oid FROM pg_database WHERE datname = current_database())) AS building,
  ${mayActAs('c.relowner')} AS may_act, has_schema_privilege(c.relowner, n.oid, 'CREATE') AS owner_may
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'p') AND (n.nspname || '.' || c.relname = $1 OR format('%I.%I', n.nspname, c.relname) = $1)
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' LIMIT 1`;

/** Indexes as they would be dropped. Parameter: $1 their names as `schema.name`, plain or quoted. */
export const indexesToDropSql = `/* firebreak:indexes-to-drop v1 */
SELECT pg_postmaster_start_time()::text AS started, current_setting('server_version_num')::int AS version, c.oid::int8::float8 AS oid,
  n.nspname AS schema, c.relname AS name, format('%I.%I', tn.nspname, t.relname) AS "table", pg_get_userbyid(t.relowner) AS owner,
  pg_get_indexdef(c.oid) AS definition, i.indisvalid AS valid, ${bytes} AS bytes,
  EXISTS (SELECT 1 FROM pg_stat_progress_create_index g WHERE g.index_relid = c.oid) AS building,
  EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid) AS is_constraint,
  ${mayActAs('t.relowner')} AS may_act
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indexrelid = c.oid
JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE n.nspname || '.' || c.relname = ANY ($1::text[]) OR format('%I.%I', n.nspname, c.relname) = ANY ($1::text[])
ORDER BY c.oid`;

/** Which server answers, and whether a relation is still what it was. Parameters: $1 its number, $2 schema, $3 name. */
export const relationIdentitySql = `/* firebreak:relation-identity v1 */
SELECT pg_postmaster_start_time()::text AS started,
  EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = $1::int8::oid AND n.nspname = $2 AND c.relname = $3) AS same`;
