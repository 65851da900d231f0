import { actAsGrant } from '../domain/act-as.ts';
import { ident } from '../domain/sql-name.ts';

/** Major versions of PostgreSQL that can be monitored. */
export const SUPPORTED_MAJORS = [14, 15, 16, 17, 18] as const;

/** First major version with reserved_connections. */
export const RESERVED_SINCE = 16;

/** Connection slots that are kept for Firebreak: its two sessions, and one to come back. */
const RESERVED_SLOTS = 3;

/** Each statement that gives Firebreak's role a right, for a superuser. One place: grants.sql, remedies and docs say the same. */
export const postgresGrants = {
  login: (role: string) => `CREATE ROLE ${ident(role)} LOGIN;`,
  connect: (role: string, database: string) =>
    `GRANT CONNECT ON DATABASE ${ident(database)} TO ${ident(role)};`,
  monitor: (role: string) => `GRANT pg_monitor TO ${ident(role)};`,
  signal: (role: string) => `GRANT pg_signal_backend TO ${ident(role)};`,
  /** Of PostgreSQL 16 and newer. */
  reserved: (role: string) => `GRANT pg_use_reserved_connections TO ${ident(role)};`,
  /** Counts from the next start of the server on. */
  reservedSlots: () => `ALTER SYSTEM SET reserved_connections = ${RESERVED_SLOTS};`,
  /** For PostgreSQL 14 and 15, without a restart. */
  databaseLimit: (database: string, limit: number) =>
    `ALTER DATABASE ${ident(database)} CONNECTION LIMIT ${limit};`,
  statements: () => 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements;',
  resumeReplay: (role: string) => `GRANT EXECUTE ON FUNCTION pg_wal_replay_resume() TO ${ident(role)};`,
  /** Lets Firebreak build and drop indexes, and publish tables, as their owner; only when it says SET ROLE. */
  actAs: (owner: string, role: string, version: number) => actAsGrant(owner, role, version),
  /** Of PostgreSQL 15 and newer; before it only a superuser sets such a parameter. */
  setParameter: (name: string, role: string) => `GRANT SET ON PARAMETER ${name} TO ${ident(role)};`,
  /** Of the cost gate: few sessions, as it plans one statement after the other. */
  gateLogin: (role: string) => `CREATE ROLE ${ident(role)} LOGIN CONNECTION LIMIT 4;`,
  readAll: (role: string) => `GRANT pg_read_all_data TO ${ident(role)};`,
  unlimited: (role: string) => `ALTER ROLE ${ident(role)} CONNECTION LIMIT -1;`,
} as const;

export interface GrantsOptions {
  /** Firebreak's role. */
  readonly role: string;
  /** Names of the databases on this server that Firebreak connects to. */
  readonly databases: readonly string[];
  /** Whether the server has replicas that Firebreak may bring on. */
  readonly replicas?: boolean;
  /** Role of the cost gate; without one its statements are comments. */
  readonly gate?: string;
}

/** What services do otherwise than a server of one's own, by the name of the service. */
const managedServices: Readonly<Record<string, readonly string[]>> = {
  'Amazon RDS and Aurora': [
    'Run it as the master user, which is no superuser but may grant these roles.',
    'Leave ALTER SYSTEM out: set reserved_connections (16 and newer) and shared_preload_libraries in the parameter group. rds.rds_superuser_reserved_connections (15 and older) keeps slots for rds_superuser only, so it does not help Firebreak.',
    'Sessions of rdsadmin are never signalled.',
  ],
  'Google Cloud SQL': [
    'Run it as postgres, a member of cloudsqlsuperuser.',
    'Leave ALTER SYSTEM out: parameters are database flags of the instance, as far as it offers them. Where it has no flag reserved_connections, use the connection limit of the database.',
  ],
  'Azure Database for PostgreSQL, flexible server': [
    'Run it as the administrator that you chose when the server was made, a member of azure_pg_admin.',
    'Leave ALTER SYSTEM out: set server parameters instead. Put pg_stat_statements into azure.extensions before CREATE EXTENSION.',
  ],
};

/** Everything that Firebreak needs on one server, for PostgreSQL 14 to 18. It can be run again, and takes nothing away. */
export function grantsSql({ role, databases, replicas = false, gate }: GrantsOptions): string {
  const connects = [...new Set([...databases, 'postgres'])];
  return `-- Firebreak on one PostgreSQL server, version ${SUPPORTED_MAJORS[0]} to ${SUPPORTED_MAJORS.at(-1)}. Run it on the primary as a superuser, in the database
-- ${databases[0] ?? 'postgres'}. It can be run again, and takes nothing away. None of it lets ${ident(role)} read a table.
--   psql -d ${databases[0] ?? 'postgres'} -f grants.sql

-- 1. The role. Set its password afterwards with \\password, so that it is in no file:  \\password ${role}
${unlessThere(role, postgresGrants.login(role))}
${connects.map((database) => postgresGrants.connect(role, database)).join('\n')}

-- 2. See the sessions, queries and settings of other roles.
${postgresGrants.monitor(role)}

-- 3. Cancel and terminate sessions of roles that are not superusers.
${postgresGrants.signal(role)}

-- 4. A way in when every slot is taken. PostgreSQL ${RESERVED_SINCE} and newer: the right here, the slots by the line below it,
--    from the next start of the server on.
DO $$ BEGIN
  IF current_setting('server_version_num')::int >= ${RESERVED_SINCE}0000 THEN
    ${postgresGrants.reserved(role)}
  END IF;
END $$;
-- ${postgresGrants.reservedSlots()}
--    PostgreSQL 14 and 15 instead: max_connections less 6, at once and without a restart.
${databases.map((database) => `-- ALTER DATABASE ${ident(database)} CONNECTION LIMIT <max_connections - 6>;`).join('\n')}

-- 5. Optional: how statements have run before. It needs shared_preload_libraries = 'pg_stat_statements' and a restart.
-- ${postgresGrants.statements()}
${
  replicas
    ? `
-- 6. Let Firebreak go on with replay that is paused on a replica.
${postgresGrants.resumeReplay(role)}
`
    : ''
}
${gateSql(gate, databases)}
-- Optional: remedies on approval. Without these rights their steps show the statements for a person.
--   Limits of roles (16 and newer; before, CREATEROLE alone reaches every role that is no superuser), for each role:
-- ALTER ROLE ${ident(role)} CREATEROLE;
-- GRANT <role> TO ${ident(role)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
-- ${postgresGrants.setParameter('temp_file_limit', role)}
--   Indexes, as the owner of the tables. Whoever may act as the owner may also read them:
-- ${postgresGrants.actAs('<owner>', role, RESERVED_SINCE * 10_000)}
--   Change data capture, beside acting as the owner: a role with REPLICATION can copy the whole cluster.
-- ALTER ROLE ${ident(role)} REPLICATION;
${databases.map((database) => `-- GRANT CREATE ON DATABASE ${ident(database)} TO <owner>;`).join('\n')}
-- Managed services:
${Object.entries(managedServices)
  .flatMap(([name, notes]) => [`-- ${name}`, ...notes.map((note) => `--   ${note}`)])
  .join('\n')}
`;
}

/** The role whose plans the cost gate reads, which reads every table and changes none. */
function gateSql(gate: string | undefined, databases: readonly string[]): string {
  const role = gate ?? 'gate';
  const statements = [
    unlessThere(role, postgresGrants.gateLogin(role)),
    ...databases.map((database) => postgresGrants.connect(role, database)),
    postgresGrants.readAll(role),
  ].join('\n');
  return gate === undefined
    ? `-- Optional: the cost gate of batch jobs, with a role of its own that reads every table and may do nothing else.
${statements.replaceAll(/^/gm, '-- ')}
`
    : `-- The cost gate of batch jobs: a role of its own, with a password of its own. It reads every table; give it nothing else,
-- as functions that a query calls can run with its rights while a plan is made:  \\password ${role}
${statements}
`;
}

function unlessThere(role: string, create: string): string {
  return `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(role)}) THEN
    ${create}
  END IF;
END $$;`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
