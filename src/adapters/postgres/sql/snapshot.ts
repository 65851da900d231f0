import { shieldRoles, shields } from './shields.ts';

const protectedBy = shields('$1').map(([code, condition]) => `CASE WHEN ${condition} THEN '${code}' END`);

/**
 * The reading of one server: one round trip, one JSON value, no transaction (pg_stat_activity is frozen inside
 * one). pg_locks is read once, without a join to itself, and only when somebody waits for a lock: with 500 waiters no
 * slower than without (measured). pg_blocking_pids is asked for the 20 oldest lock waiters only, because it takes every lock
 * partition. Timestamps stay text. Measured on PostgreSQL 14 to 18: 5 ms when idle, 46 to 89 ms with 1000 backends.
 * The list of idle sessions adds half of that where it is read, which is only where idle sessions fill the slots.
 * Parameter: $1 protected networks.
 */
export const snapshotSql = `/* firebreak:snapshot v3 */
WITH a AS MATERIALIZED (
  SELECT pid, leader_pid, backend_type, backend_start, xact_start, query_start, state_change, state,
         wait_event_type, wait_event, datname, usesysid, usename, application_name, client_addr, client_port,
         backend_xid, backend_xmin, query_id, query
  FROM pg_stat_activity
), cl AS (SELECT * FROM a WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()),
w AS MATERIALIZED (          -- only real heavyweight-lock waiters, at most 20 of them, oldest first
  SELECT pid, pg_blocking_pids(pid) AS blockers FROM (
    SELECT pid FROM cl WHERE wait_event_type = 'Lock' AND wait_event <> 'extend' ORDER BY state_change LIMIT 20) s
), l AS MATERIALIZED (     -- one pass, skipped when nobody waits: what is asked for, and what prepared transactions (no pid) hold
  SELECT pid, virtualtransaction vx, locktype, mode, granted, page, tuple, transactionid,
         CASE WHEN database = (SELECT oid FROM pg_database WHERE datname = current_database()) THEN relation::regclass::text END rel
  FROM pg_locks WHERE (SELECT count(*) FROM w) > 0 AND (NOT granted OR pid IS NULL)
),
roles AS MATERIALIZED (SELECT ${shieldRoles} FROM pg_roles),
top AS (
  SELECT pid, backend_start::text bs, xact_start::text xs, query_start::text qs, state,
         wait_event_type wt, wait_event we, datname db, usename usr, application_name app,
         host(client_addr) addr, client_port port, backend_xid IS NOT NULL writes, age(backend_xmin) snap_age, query_id::text qid,
         round(extract(epoch FROM clock_timestamp() - xact_start)::numeric, 3)::float8 xact_s,
         round(extract(epoch FROM clock_timestamp() - CASE WHEN state = 'active' THEN query_start ELSE state_change END)::numeric, 3)::float8 state_s,
         (SELECT count(*) FROM a p WHERE p.leader_pid = cl.pid)::int workers,
         left(query, 4000) q, octet_length(query) q_bytes, CASE WHEN length(query) > 4000 THEN right(query, 300) END q_tail,
         array_remove(ARRAY[${protectedBy.join(',\n           ')}], NULL) prot
  FROM (SELECT * FROM cl WHERE state <> 'idle'          -- who blocks others is never left out, however many sessions are older
        ORDER BY pid IN (SELECT unnest(blockers) FROM w) DESC, coalesce(xact_start, query_start) NULLS LAST LIMIT 50) cl, roles
), idle AS (                 -- when idle sessions fill slots: of the roles that hold the most of them, the longest idle first
  SELECT pid, backend_start::text bs, query_start::text qs, datname db, usename usr, application_name app,
         host(client_addr) addr, client_port port,
         round(extract(epoch FROM clock_timestamp() - backend_start)::numeric, 1)::float8 backend_s,
         round(extract(epoch FROM clock_timestamp() - state_change)::numeric, 1)::float8 idle_s,
         array_remove(ARRAY[${protectedBy.join(',\n           ')}], NULL) prot
  FROM (SELECT * FROM (SELECT cl.*, count(*) OVER (PARTITION BY usename) AS held FROM cl WHERE state = 'idle') i
        WHERE (SELECT count(*) FROM cl WHERE state = 'idle') > 0.3 * current_setting('max_connections')::int
        ORDER BY held DESC, usename, state_change LIMIT 100) cl, roles
  ORDER BY held DESC, usename, state_change
)
SELECT json_build_object(
  'at', clock_timestamp()::text, 'up_since', pg_postmaster_start_time()::text, 'v', current_setting('server_version_num')::int, 'replica', pg_is_in_recovery(),
  'track_size', current_setting('track_activity_query_size'),
  'hidden', (SELECT count(*)::int FROM a WHERE query = '<insufficient privilege>'),
  'max', current_setting('max_connections')::int,
  'su_res', current_setting('superuser_reserved_connections')::int,
  'res', coalesce(current_setting('reserved_connections', true)::int, 0),
  'used', (SELECT count(*)::int FROM a WHERE backend_type = 'client backend'),
  'by', (SELECT json_agg(g) FROM (SELECT usename usr, application_name app, host(client_addr) addr, datname db, state,
              count(*)::int n, count(*) FILTER (WHERE wait_event_type = 'Lock' AND wait_event <> 'extend')::int lock_wait,
              round(extract(epoch FROM clock_timestamp() - min(state_change))::numeric,1)::float8 oldest_s,
              round(extract(epoch FROM clock_timestamp() - min(backend_start))::numeric,1)::float8 backend_s,
              count(*) FILTER (WHERE backend_start > clock_timestamp() - interval '2 min')::int young
           FROM cl GROUP BY 1,2,3,4,5 ORDER BY n DESC LIMIT 200) g),
  'backends', (SELECT json_agg(json_build_array(pid, usename, host(client_addr), client_port)) FROM cl),
  'waits', (SELECT json_agg(g) FROM (SELECT coalesce(wait_event_type,'CPU') t, coalesce(wait_event,'-') e, count(*)::int n
           FROM a WHERE state = 'active' AND backend_type IN ('client backend','parallel worker') AND pid <> pg_backend_pid() GROUP BY 1,2 ORDER BY n DESC LIMIT 20) g),
  'top', (SELECT json_agg(top) FROM top),
  'idle', (SELECT json_agg(idle) FROM idle),
  'locks', (SELECT json_agg(w) FROM w),
  'asks', (SELECT json_agg(g) FROM (SELECT l.pid, locktype t, mode m, rel, page || '/' || tuple tid, transactionid::text xid
           FROM l JOIN w USING (pid) WHERE NOT granted) g),
  'repl', (SELECT json_agg(g) FROM (SELECT application_name app, host(client_addr) addr, state,
             CASE WHEN state = 'backup' THEN 'backup' WHEN s.slot_type = 'logical' THEN 'logical'
                  WHEN replay_lsn IS NULL AND state = 'streaming' THEN 'receiver' ELSE 'standby' END kind,
             pg_wal_lsn_diff(wal.lsn, sent_lsn)::int8 send_bytes, pg_wal_lsn_diff(wal.lsn, flush_lsn)::int8 flush_bytes,
             pg_wal_lsn_diff(wal.lsn, replay_lsn)::int8 replay_bytes,
             extract(epoch FROM replay_lag)::float8 replay_s, extract(epoch FROM clock_timestamp() - reply_time)::float8 reply_age_s
           FROM pg_stat_replication r LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid WHERE application_name <> 'firebreak') g),
  'slots', (SELECT json_agg(g) FROM (SELECT s.slot_name, s.slot_type, s.active, s.wal_status, s.plugin, s.database, s.safe_wal_size safe,
             pg_wal_lsn_diff(wal.lsn, s.restart_lsn)::int8 retained, greatest(age(s.xmin), age(s.catalog_xmin)) xmin_age,
             extract(epoch FROM clock_timestamp() - (to_jsonb(s) ->> 'inactive_since')::timestamptz)::float8 inactive_s, -- 17
             to_jsonb(s) ->> 'invalidation_reason' invalid,                                                            -- 17
             CASE WHEN r.pid IS NOT NULL THEN json_build_object('applicationName', r.application_name, 'clientAddress', host(r.client_addr)) END consumer
           FROM pg_replication_slots s LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid) g),
  'wal', json_build_object('position', pg_wal_lsn_diff(wal.lsn, '0/0')::int8, 'max', pg_size_bytes(current_setting('max_wal_size')),
             'slot_keep', nullif(pg_size_bytes(current_setting('max_slot_wal_keep_size')), -1),
             'parameters', (SELECT json_object_agg(name, current_setting(name)::int) FROM unnest(ARRAY['max_connections',
               'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction']) name)),
  'prepared', (SELECT json_agg(g) FROM (SELECT gid, transaction::text xid, owner, database db,
             round(extract(epoch FROM clock_timestamp() - prepared)::numeric, 1)::float8 age_s,
             (SELECT json_agg(DISTINCT rel) FROM l WHERE pid IS NULL AND granted AND rel IS NOT NULL
                AND vx IN (SELECT vx FROM l i WHERE i.pid IS NULL AND i.transactionid = p.transaction)) rels
           FROM pg_prepared_xacts p ORDER BY prepared LIMIT 20) g),
  'vacuum', (SELECT json_agg(g) FROM (SELECT a.pid, a.datname db, a.query q,
             round(extract(epoch FROM clock_timestamp() - xact_start)::numeric, 1)::float8 age_s, p.phase, p.heap_blks_scanned scanned, p.heap_blks_total total
           FROM a LEFT JOIN pg_stat_progress_vacuum p USING (pid) WHERE backend_type = 'autovacuum worker') g)
) AS snapshot
FROM (SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) ELSE pg_current_wal_lsn() END AS lsn) wal`;
