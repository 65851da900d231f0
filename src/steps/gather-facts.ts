import { diagnose } from '../diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../diagnosis/facts.ts';
import type { Cause } from '../domain/cause.ts';
import type { ClusterFacts } from '../domain/cluster.ts';
import { describeError } from '../domain/errors.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { StepContext } from './step-kind.ts';

/** Facts and what they mean. */
export interface Findings {
  readonly facts: DiagnosisFacts;
  readonly causes: readonly Cause[];
}

/** What of the incident's database and cluster to read beside the snapshot of one server. */
export interface Gathering {
  /** `primary` or a configured replica. */
  readonly server: string;
  readonly replicas: boolean;
}

const noCluster: ClusterFacts = { podsByIp: {}, cronJobs: [], jobs: [], gaps: [] };

/**
 * Reads the server, the standbys, the cluster and the metrics. Only an unreadable server throws; whatever
 * else is missing becomes a gap in words, so that a broken Kubernetes API does not hide the database.
 */
export async function gatherFacts(
  ctx: StepContext<'databases' | 'workloads'> & { readonly ports: Partial<StepContext['ports']> },
  { server, replicas }: Gathering,
): Promise<Findings> {
  const { databases, workloads, metrics } = ctx.ports;
  const database = ctx.incident.database;
  const gaps: string[] = [];
  const attempt = async <T>(what: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      ctx.signal.throwIfAborted();
      gaps.push(`${what}: ${describeError(error).message}`);
      return otherwise;
    }
  };
  const snapshot = await databases.snapshot(database, server, ctx.signal);
  const names = replicas ? databases.get(database).replicas : [];
  const [cluster, cpu, ...standbys] = await Promise.all([
    attempt(
      'Kubernetes',
      async () => await workloads.facts(clientAddresses(snapshot), ctx.signal),
      noCluster,
    ),
    metrics === undefined
      ? null
      : attempt('metrics', async () => await metrics.cpu(database, ctx.signal), null),
    ...names.map((name) =>
      attempt(`replica ${name}`, async () => await databases.replicaStatus(database, name, ctx.signal), null),
    ),
  ]);
  const facts: DiagnosisFacts = {
    snapshot,
    cluster,
    cpu,
    replicas: standbys.flatMap((standby) => standby ?? []),
    // A cluster that nobody configured is not missing; attribution says itself that it could not look there.
    gaps: workloads.namespaces.length === 0 ? gaps : [...gaps, ...cluster.gaps],
  };
  return { facts, causes: diagnose(facts) };
}

/** Every client address of the snapshot, idle sessions included, each once. */
export function clientAddresses(snapshot: Pick<Snapshot, 'sessions' | 'groups'>): string[] {
  const all = [...snapshot.sessions, ...snapshot.groups].flatMap(({ clientAddress }) => clientAddress ?? []);
  return [...new Set(all)].sort();
}
