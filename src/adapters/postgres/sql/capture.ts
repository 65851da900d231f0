import { mayActAs } from './may-act-as.ts';

const setting = (name: string) => `(SELECT setting FROM pg_settings WHERE name = '${name}')`;

/**
 * What change data capture needs and has, as one JSON value. Parameters: $1 publication, $2 slot, $3 tables as
 * `schema.table`, none for all.
 */
export const captureSql = `/* firebreak:capture v1 */
WITH t AS MATERIALIZED (
  SELECT n.nspname, c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND (cardinality($3::text[]) = 0 OR n.nspname || '.' || c.relname = ANY ($3) OR format('%I.%I', n.nspname, c.relname) = ANY ($3))
  ORDER BY c.relpages DESC, c.oid LIMIT 100)
SELECT json_build_object(
  'serverStart', pg_postmaster_start_time()::text, 'database', current_database(), 'inRecovery', pg_is_in_recovery(),
  'versionNumber', current_setting('server_version_num')::int, 'walLevel', current_setting('wal_level'),
  'slots', json_build_object('most', ${setting('max_replication_slots')}::int, 'used', (SELECT count(*)::int FROM pg_replication_slots)),
  'senders', json_build_object('most', ${setting('max_wal_senders')}::int, 'used', (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'walsender')),
  'keepBytes', nullif(${setting('max_slot_wal_keep_size')}::int8, -1) * 1024 * 1024,
  'publication', (SELECT json_build_object('owner', pg_get_userbyid(p.pubowner), 'tables', (SELECT coalesce(json_agg(schemaname || '.' || tablename ORDER BY 1), '[]')
      FROM pg_publication_tables WHERE pubname = p.pubname)) FROM pg_publication p WHERE p.pubname = $1),
  'slot', (SELECT json_build_object('plugin', plugin, 'database', database, 'active', active, 'walStatus', wal_status,
      'retainedBytes', CASE WHEN NOT pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::int8 END)
    FROM pg_replication_slots WHERE slot_name = $2),
  'tables', (SELECT coalesce(json_agg(json_build_object('schema', nspname, 'table', relname, 'oid', t.oid::int8, 'owner', pg_get_userbyid(relowner),
      'serverStart', pg_postmaster_start_time()::text, 'rows', CASE WHEN reltuples >= 0 THEN reltuples::float8 END,
      'bytes', relpages::int8 * current_setting('block_size')::int8, 'publishable', relpersistence = 'p',
      'identity', CASE relreplident WHEN 'f' THEN 'whole row' WHEN 'i' THEN 'index'
        WHEN 'd' THEN CASE WHEN EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary) THEN 'primary key' END END)), '[]') FROM t),
  'owners', (SELECT coalesce(json_agg(json_build_object('owner', pg_get_userbyid(o.relowner), 'mayAct', ${mayActAs('o.relowner')},
      'mayCreate', has_database_privilege(o.relowner, current_database(), 'CREATE'))), '[]') FROM (SELECT DISTINCT relowner FROM t) o),
  'mayReplicate', (SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = current_user)
) AS readout`;

/** Which server answers. */
export const serverStartSql = 'SELECT pg_postmaster_start_time()::text AS started';
