import { clientAddresses } from '../../../diagnosis/client-addresses.ts';
import { diagnose } from '../../../diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../../../diagnosis/facts.ts';
import { repeatedQueries } from '../../../diagnosis/repeated-queries.ts';
import { behindPoolers } from '../../../diagnosis/through-pooler.ts';
import type { Cause } from '../../../domain/cause.ts';
import { type ClusterFacts, noCluster } from '../../../domain/cluster.ts';
import {
  describeError,
  type FirebreakError,
  isFirebreakError,
  withSituation,
} from '../../../domain/errors.ts';
import { formatBytes, formatShare, utcTime } from '../../../domain/format.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import type { StepContext } from '../../step-kind.ts';
import { readPoolers } from './read-poolers.ts';

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

/**
 * Reads the server, the standbys, the cluster and the metrics. Only an unreadable server throws, with everything
 * else that was read; whatever else is missing becomes a gap in words, so that a broken Kubernetes API does not hide
 * the database.
 */
export async function gatherFacts(
  ctx: StepContext<'databases' | 'workloads'> & { readonly ports: Partial<StepContext['ports']> },
  { server, replicas }: Gathering,
): Promise<Findings> {
  const { databases, workloads, metrics } = ctx.ports;
  const database = ctx.incident.database;
  const gaps: string[] = [];
  const attempt = async <T>(
    what: string,
    read: () => Promise<T>,
    otherwise: (why: string) => T,
  ): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      ctx.signal.throwIfAborted();
      return otherwise(`${what}: ${describeError(error).message}`);
    }
  };
  const missing = (why: string) => {
    gaps.push(why);
    return null;
  };
  const reading = await databases.snapshot(database, server, ctx.signal).catch((error: unknown) => {
    ctx.signal.throwIfAborted();
    if (!isFirebreakError(error)) throw error;
    return error;
  });
  const { poolers, gaps: poolerGaps } = await readPoolers(ctx, server === 'primary' ? database : null);
  gaps.push(...poolerGaps);
  const snapshot = reading instanceof Error ? null : behindPoolers(reading, poolers);
  const names = replicas ? databases.get(database).replicas : [];
  const [cpu, ...standbys] = await Promise.all([
    metrics === undefined
      ? null
      : attempt('metrics', async () => await metrics.cpu(database, ctx.signal), missing),
    ...names.map(async (name) => {
      const status = await attempt(
        `replica ${name}`,
        async () => await databases.replicaStatus(database, name, ctx.signal),
        missing,
      );
      // What cannot say how it is will not say who runs what either.
      if (status === null) return null;
      const activity = await attempt(
        `sessions of replica ${name}`,
        async () => await databases.snapshot(database, name, ctx.signal),
        missing,
      );
      return { status, activity };
    }),
  ]);
  const replicaSnapshots = standbys.flatMap((standby) => standby?.activity ?? []);
  const cluster = await attempt(
    'Kubernetes',
    async () => {
      const read = snapshot === null ? replicaSnapshots : [snapshot, ...replicaSnapshots];
      return await workloads.facts([...new Set(read.flatMap(clientAddresses))].sort(), ctx.signal);
    },
    (why): ClusterFacts => ({ ...noCluster, gaps: [why] }),
  );
  const queryIds = snapshot === null ? [] : repeatedQueries(snapshot).map(({ queryId }) => queryId);
  const statements = await attempt(
    'pg_stat_statements',
    async () => await databases.statements(database, server, queryIds, ctx.signal),
    missing,
  );
  const others = {
    cluster,
    cpu,
    replicas: standbys.flatMap((standby) => standby?.status ?? []),
    replicaSnapshots,
    expectedReplicas: names,
    history: snapshot === null ? [] : earlierThan(snapshot, databases.history(database, server)),
    statements,
    poolers,
    // A cluster that nobody configured is not missing; attribution says itself that it could not look there.
    gaps: workloads.namespaces.length === 0 ? gaps : [...cluster.gaps, ...gaps],
  };
  if (reading instanceof Error) throw withOthers(reading, others);
  const facts: DiagnosisFacts = { snapshot: behindPoolers(reading, poolers), ...others };
  return { facts, causes: diagnose(facts) };
}

/** The failure of the one reading that nothing goes without, with what could be read all the same. */
function withOthers(
  error: FirebreakError,
  { cluster, cpu, replicas, gaps }: Omit<DiagnosisFacts, 'snapshot'>,
) {
  const running = cluster.jobs.filter((job) => !job.finished && !job.suspended && job.cronJob !== null);
  const jobs = running.map(
    ({ namespace, name, cronJob }) => `${namespace}/${name} of CronJob ${cronJob?.name ?? 'unknown'}`,
  );
  return withSituation(error, {
    known: [
      ...(cpu === null
        ? []
        : [{ name: `CPU by ${cpu.source}, ${utcTime(new Date(cpu.at))}`, value: formatShare(cpu.value) }]),
      ...replicas.map((replica) => ({
        name: `Replica ${replica.replica}, read just now`,
        value: `${replica.inRecovery ? 'a standby' : 'promoted, it takes writes'}; ${replica.replayBytes === null ? 'bytes behind unknown' : `${formatBytes(replica.replayBytes)} behind`}`,
      })),
      ...(jobs.length === 0 ? [] : [{ name: 'Jobs of CronJobs that run now', value: jobs.join(', ') }]),
    ],
    unknown: gaps.map((gap) => `Not read either: ${gap}`),
  });
}

/** The readings before this one. */
function earlierThan({ at }: Snapshot, history: readonly Snapshot[]): Snapshot[] {
  return history.filter((earlier) => earlier.at !== at);
}
