import { probeSql } from '../../src/adapters/postgres/sql/l0.ts';
import { snapshotSql } from '../../src/adapters/postgres/sql/snapshot.ts';

/** One tool's first look at a server: its statements one after another. */
export interface Triage {
  readonly name: string;
  readonly statements: readonly (readonly [sql: string, values: readonly unknown[]])[];
}

/** What pg_activity 3.6.2 asks for on 14 and newer in its views of running and blocking queries: the same relations, joins, filters and order, in our words. */
const activityRunning = `select a.pid, a.backend_xmin, a.application_name, a.datname, a.client_addr,
    extract(epoch from now() - a.query_start) as duration, a.wait_event, a.usename, a.state, a.query,
    pg_encoding_to_char(d.encoding), coalesce(a.leader_pid, a.pid), a.backend_type = 'parallel worker', a.query_id
  from pg_stat_activity a left join pg_database d on d.oid = a.datid
  where a.state <> 'idle' and a.pid <> pg_backend_pid() order by 6 desc`;
const activityBlocking = `select b.*, pg_encoding_to_char(d.encoding) from (${[
  'h.transactionid = w.transactionid and h.locktype = w.locktype',
  'h.virtualxid = w.virtualxid and h.locktype = w.locktype',
  'h.database = w.database and h.relation = w.relation and h.locktype = w.locktype and w.relation is not null',
]
  .map(
    (
      same,
    ) => `select h.pid, a.application_name, a.query, h.mode, a.datname, a.datid, a.usename, a.client_addr, h.locktype,
      extract(epoch from now() - a.query_start) as duration, a.state, h.relation::regclass::text as relation, a.wait_event, a.query_id
    from pg_locks h join pg_locks w on ${same} join pg_stat_activity a on a.pid = h.pid where h.granted and not w.granted`,
  )
  .join(' union ')}) b left join pg_database d on d.oid = b.datid order by duration desc`;

/** What PgHero 4.0.1 asks for as running and as blocked queries, likewise. */
const heroRunning = `select pid, state, application_name, age(now(), coalesce(query_start, xact_start)), wait_event is not null,
    query, coalesce(query_start, xact_start), extract(epoch from now() - coalesce(query_start, xact_start)) * 1000, usename, backend_type
  from pg_stat_activity where state <> 'idle' and pid <> pg_backend_pid() and datname = current_database()
    and query <> '<insufficient privilege>' order by coalesce(query_start, xact_start) desc`;
const heroBlocked = `select coalesce(h.relation::regclass::text, h.locktype), wa.pid, wa.usename, wa.query, age(now(), wa.query_start) as waited,
    w.mode, ha.pid, ha.usename, ha.state, ha.query, age(now(), ha.query_start), h.mode
  from pg_locks w left join pg_stat_activity wa on wa.pid = w.pid
  left join pg_locks h on h.pid <> w.pid and (h.transactionid = w.transactionid or (h.relation = w.relation and h.locktype = w.locktype))
  left join pg_stat_activity ha on ha.pid = h.pid and ha.datid = wa.datid
  where not w.granted and wa.query <> '<insufficient privilege>' and wa.datname = current_database() order by waited desc`;

export const triages: readonly Triage[] = [
  { name: 'select 1', statements: [['select 1', []]] },
  { name: 'probe', statements: [[probeSql, []]] },
  { name: 'snapshot', statements: [[snapshotSql, [[]]]] },
  {
    name: 'pg_activity',
    statements: [
      [activityRunning, []],
      [activityBlocking, []],
    ],
  },
  {
    name: 'PgHero',
    statements: [
      [heroRunning, []],
      [heroBlocked, []],
    ],
  },
];
