/** The audits that replicas.pg.test.ts makes bad, with a second server. */
export const withReplica = ['no-replica', 'replication-lag', 'idle-replica'];
