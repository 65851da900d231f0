import type { ClusterFacts } from '../domain/cluster.ts';
import type { Pooler } from '../domain/pooler.ts';
import type { ReplicaStatus } from '../domain/replica.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { StatementStatistics } from '../domain/statement.ts';

/** CPU use of the database's host as a share of 0 to 1. */
export interface CpuFacts {
  readonly value: number;
  /** ISO 8601. */
  readonly at: string;
  readonly source: string;
}

/** Everything a diagnosis may use. It is gathered by reading only. */
export interface DiagnosisFacts {
  readonly snapshot: Snapshot;
  /** The standbys as they see themselves. */
  readonly replicas: readonly ReplicaStatus[];
  readonly cluster: ClusterFacts;
  /** Null when no metrics system answers for this database. */
  readonly cpu: CpuFacts | null;
  /** The standbys' own activity, one snapshot for each that was read. */
  readonly replicaSnapshots: readonly Snapshot[];
  /** Names of all configured replicas, also of those that could not be read; left out when that is not known. */
  readonly expectedReplicas?: readonly string[];
  /** Earlier snapshots of the same server, oldest first, of the last few minutes; empty when this is the first look. */
  readonly history: readonly Snapshot[];
  /** How the statements that many sessions run at once have run so far, or null when pg_stat_statements does not say. */
  readonly statements: readonly StatementStatistics[] | null;
  /** The PgBouncers in front of the server, one reading of each that could be read. */
  readonly poolers: readonly Pooler[];
  /** What could not be read, in words. */
  readonly gaps: readonly string[];
}
