/** Client programs that back up or archive; each sets its own application_name. */
const BACKUP_PROGRAMS =
  '^(pg_dump|pg_dumpall|pg_basebackup|pg_receivewal|pg_recvlogical|pg_probackup|pgbackrest|barman|wal-g)';

/**
 * COPY of a whole table to the client, in a transaction that began before it: the way a dump reads one table after
 * the other from one snapshot. Which snapshots were exported cannot be seen in SQL.
 */
const DUMPS_TABLE = `xact_start < query_start AND query ~* '^\\s*COPY\\s+[^(;\\s][^(;]*(\\([^();]*\\))?\\s*TO\\s+STDOUT'`;

/** Its text says so also between two indexes, when the progress view has no row for it. */
const BUILDS_INDEX = `state = 'active' AND query ~* '\\m(create\\s+(unique\\s+)?index|reindex)\\M.*\\mconcurrently\\M'`;

/**
 * What protects a client backend whoever asks, by the code that the guarded statement refuses with. Snapshot and
 * guarded statement read the same conditions. They need the columns of pg_stat_activity, and `shieldRoles` in scope.
 * @param addresses the placeholder of the protected networks, an array of text.
 */
export function shields(addresses: string): readonly (readonly [code: string, condition: string])[] {
  return [
    ['own_role', 'usesysid = ANY (own)'],
    ['superuser', 'usesysid = ANY (su)'],
    ['replication_role', 'usesysid = ANY (repl)'],
    ['backup', `(application_name ~* '${BACKUP_PROGRAMS}' OR (${DUMPS_TABLE}))`],
    ['protected_address', `client_addr <<= ANY (${addresses}::inet[])`],
    ['syncrep_wait_already_committed', `wait_event = 'SyncRep'`],
    ['create_index_concurrently', `(pid = ANY (cic) OR (${BUILDS_INDEX}))`],
  ];
}

/** One row of arrays: superusers, replication roles, the own role, and the pids that build indexes concurrently. */
export const shieldRoles = `array_agg(oid) FILTER (WHERE rolsuper) su, array_agg(oid) FILTER (WHERE rolreplication) repl,
       array_agg(oid) FILTER (WHERE rolname = session_user) own,
       (SELECT array_agg(pid) FROM pg_stat_progress_create_index WHERE command ~ 'CONCURRENTLY') cic`;
