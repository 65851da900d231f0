/** How an audit of a server is made red on a real one, and what beside its own remedy makes it green again. */
export interface Scene {
  /** Statements of a superuser, one after the other. */
  readonly bad?: string;
  /** Sessions that are open meanwhile: role and application_name. */
  readonly sessions?: readonly string[];
  /** Statements of the role `app` whose session stays open. */
  readonly meanwhile?: string;
  /** The finding that is meant. */
  readonly subject: RegExp;
  readonly evidence?: RegExp;
  /** What a person fills into the remedy. */
  readonly fill?: Readonly<Record<string, string>>;
  /** Commands with this in their label only look. */
  readonly skip?: string;
  readonly after?: string;
  /** The remedy is done by the clients: their sessions end. */
  readonly leaves?: boolean;
  readonly restart?: boolean;
  readonly afterRestart?: string;
  readonly cleanup?: string;
  /** First version that it exists in. */
  readonly since?: number;
}

const ROLES = /^role (app|payments|nobody_special)$/;

/** What only time makes bad; its test is checks.test.ts. */
export const madeBadByTime = ['prepared-transaction'];

/** Every audit of the systems postgres and replication that needs no second server. */
export const madeBad: Readonly<Record<string, Scene>> = {
  'statement-timeout': { subject: ROLES, evidence: /statement_timeout = 0 from the server/ },
  'idle-in-transaction-timeout': {
    bad: `alter role payments set idle_in_transaction_session_timeout = '0'`,
    subject: /^role payments$/,
    evidence: /= 0 from role payments, so there is no limit in database appdb/,
  },
  'transaction-timeout': { subject: ROLES, since: 17 },
  'lock-timeout': { subject: ROLES },
  'role-connection-limit': { subject: ROLES, evidence: /all 17 connections/ },
  'connection-limits-sum': {
    bad: 'alter role app connection limit 15;\nalter role payments connection limit 15',
    subject: /^server/,
    evidence: /add up to 3\d, ordinary roles share 1\d/,
  },
  'reserved-connections': { subject: /./, restart: true },
  'application-superuser': {
    sessions: ['owner_of_nothing batch'],
    subject: /owner_of_nothing/,
    evidence: /has 1 session/,
  },
  'query-statistics': { subject: /./, restart: true },
  'sequential-scans': {
    bad: Array.from({ length: 12 }, () => 'select count(*) from orders where customer_id = 7').join(';\n'),
    subject: /^table public\.orders$/,
    evidence: /sequential scans read \S+ rows, 120K each.* 120K rows/,
    fill: { '<column of the filter>': 'customer_id' },
    skip: 'which queries',
    after: 'select pg_stat_reset()',
  },
  'slow-query-log': { subject: /./, evidence: /log_min_duration_statement = -1\./ },
  'lock-wait-log': {
    bad: 'alter system set log_lock_waits = off;\nselect pg_reload_conf()',
    subject: /./,
    evidence: /log_lock_waits = off/,
  },
  'query-text-size': { subject: /./, evidence: /= 1024 B/, restart: true },
  'io-timing': { subject: /./ },
  'query-ids': {
    bad: 'alter system set compute_query_id = off;\nselect pg_reload_conf()',
    subject: /./,
  },
  'client-check-interval': { subject: /./, evidence: /= 0 ms/ },
  'autovacuum-off': {
    bad: 'alter system set autovacuum = off;\nselect pg_reload_conf()',
    subject: /./,
  },
  'temp-file-limit': { subject: /./, evidence: /= -1\./ },
  'tcp-keepalives': { subject: /./, evidence: /= 0 s/ },
  jit: { subject: /./ },
  'invalid-index': {
    bad: `create index half_built on orders (id);\nupdate pg_index set indisvalid = false where indexrelid = 'half_built'::regclass`,
    subject: /^index public\.half_built$/,
    evidence: /marked invalid, on table public\.orders/,
  },
  'duplicate-index': {
    bad: 'create index first on orders (id);\ncreate index second on orders (id)',
    subject: /^index public\.second$/,
    evidence: /as public\.first on table public\.orders/,
  },
  'foreign-key-index': {
    bad: `create table customers (id int primary key);\ncreate table letters (customer int references customers, line text);\ninsert into customers select generate_series(1, 10);\ninsert into letters select 1 + n % 10, 'x' from generate_series(1, 20000) n;\nanalyze letters`,
    subject: /of table public\.letters$/,
    evidence: /refers to public\.customers by customer; no index of the 20,000 rows/,
  },
  wraparound: {
    bad: `update pg_database set datfrozenxid = ((txid_current() + 4294967296 - 500000000) % 4294967296)::text::xid where datname = 'appdb'`,
    subject: /^database appdb$/,
    evidence: /is 500M old/,
    fill: { '<table>': 'orders' },
    skip: 'the oldest tables',
  },
  'dead-rows': {
    bad: 'alter table orders set (autovacuum_enabled = false);\nupdate orders set customer_id = customer_id',
    subject: /^table public\.orders$/,
    evidence: /120K dead rows beside 120K live ones, 50 % of all/,
  },
  'slot-retention': {
    bad: `select pg_create_physical_replication_slot('dead_dr', true)`,
    subject: /dead_dr/,
    evidence: /nobody reads it, WAL status reserved/,
  },
  'slot-limit': {
    bad: `select pg_create_physical_replication_slot('kept', true)`,
    subject: /./,
    cleanup: `select pg_drop_replication_slot('kept')`,
  },
  'change-capture': {
    subject: /./,
    evidence: /wal_level = replica, no publication, no logical replication slot/,
    fill: { '<tables>': 'orders' },
    skip: 'on the analytics database',
    restart: true,
    afterRestart: `select pg_create_logical_replication_slot('analytics', 'pgoutput')`,
    cleanup: `select pg_drop_replication_slot('analytics')`,
  },
  'replica-identity': {
    bad: 'create table unnamed (a int);\ncreate publication loud for table unnamed',
    subject: /^table public\.unnamed$/,
    cleanup: 'drop publication loud',
  },
  'analytics-on-primary': {
    sessions: ['nobody_special Metabase'],
    subject: /Metabase/,
    evidence: /1 session on the primary/,
    leaves: true,
  },
};
