import type { NotChecked } from '../domain/audit.ts';
import type { Peak } from '../domain/audit-policy.ts';
import type { ClusterFacts } from '../domain/cluster.ts';
import type {
  BatchWorkload,
  ContainerDefaults,
  Quota,
  ServiceWorkload,
} from '../domain/cluster-guardrails.ts';
import type { KnownHosts } from '../domain/database-setup.ts';
import type { Pooler } from '../domain/pooler.ts';
import type { ReplicaStatus } from '../domain/replica.ts';
import type { RelationReadout, ServerReadout } from '../domain/server-readout.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { SuspensionRecord } from './read-suspensions.ts';

/** A database as the configuration describes it. */
export interface DatabaseUnderAudit {
  readonly name: string;
  readonly service: string | null;
  /** Names of its replicas. */
  readonly replicas: readonly string[];
  /** Names of the PgBouncers in front of it. */
  readonly poolers: readonly string[];
  /** Hosts under which the primary and each replica are reached; workloads may know them by others. */
  readonly hosts: KnownHosts;
  /** Roles that are never signalled, such as those of backups and migrations. */
  readonly protectedRoles: readonly string[];
}

/** A list of one namespace that could be read. */
export interface InNamespace<T> {
  readonly namespace: string;
  readonly items: readonly T[];
}

/** Everything that audits read. Namespaces whose list could not be read are missing in it. */
export interface AuditFacts {
  readonly at: Date;
  readonly database: DatabaseUnderAudit;
  readonly server: ServerReadout;
  readonly relations: RelationReadout;
  /** The sessions on the primary, its standbys and its replication slots. */
  readonly activity: Snapshot;
  /** The pods behind the client addresses of these sessions. */
  readonly clients: ClusterFacts;
  readonly replicas: readonly ReplicaStatus[];
  /** The sessions on each replica that could be read. */
  readonly replicaActivity: readonly Snapshot[];
  readonly poolers: readonly Pooler[];
  readonly quotas: readonly InNamespace<Quota>[];
  readonly containerDefaults: readonly InNamespace<ContainerDefaults>[];
  readonly batches: readonly InNamespace<BatchWorkload>[];
  readonly services: readonly InNamespace<ServiceWorkload>[];
  readonly peak: Peak;
  readonly suspensions: readonly SuspensionRecord[];
}

/** Facts that can be missing. */
export type FactName = Exclude<keyof AuditFacts, 'at' | 'database'>;

/** Why a part of the facts is missing. */
export type Gap = Pick<NotChecked, 'because' | 'why'>;

/** A part of the facts: what was read, and what of it was not. */
export interface Reading<T> {
  /** Null when nothing of it could be read. */
  readonly value: T | null;
  readonly gaps: readonly Gap[];
}

/** What was gathered for one run. */
export type Gathered = Pick<AuditFacts, 'at' | 'database'> & {
  readonly parts: { readonly [N in FactName]: Reading<AuditFacts[N]> };
};
