import { clientAddresses } from '../diagnosis/client-addresses.ts';
import { behindPoolers } from '../diagnosis/through-pooler.ts';
import { type ClusterFacts, noCluster } from '../domain/cluster.ts';
import { describeError } from '../domain/errors.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Databases } from '../ports/databases.ts';
import type { Poolers } from '../ports/poolers.ts';
import type { Workloads } from '../ports/workloads.ts';
import { readPoolers } from '../steps/shared/facts/read-poolers.ts';

export interface LivePorts {
  readonly databases: Databases;
  readonly poolers: Poolers;
  readonly workloads: Workloads;
}

/** One look at a primary, with the workloads behind its sessions. */
export interface LiveReading {
  readonly snapshot: Snapshot;
  readonly cluster: ClusterFacts;
  /** What could not be read, in words. */
  readonly gaps: readonly string[];
}

/** Milliseconds for which one reading answers everybody who asks: what a server may be asked at most. */
const SHARED_MS = 2_000;
/** Milliseconds that people wait for the names of owners; without them they are told what is known. */
const CLUSTER_MS = 4_000;

/** Reads a primary, its PgBouncers and the cluster; whoever asks while that is fresh gets the same reading. */
export function createReader(ports: LivePorts): (database: string) => Promise<LiveReading> {
  const readings = new Map<string, { readonly until: number; readonly reading: Promise<LiveReading> }>();
  return async (database) => {
    const now = performance.now();
    const last = readings.get(database);
    if (last !== undefined && now < last.until) return await last.reading;
    const reading = read(ports, database);
    readings.set(database, { until: now + SHARED_MS, reading });
    return await reading;
  };
}

/** Only an unreadable primary throws. */
async function read(ports: LivePorts, database: string): Promise<LiveReading> {
  const { signal } = new AbortController();
  const [bare, behind] = await Promise.all([
    ports.databases.snapshot(database, 'primary', signal),
    readPoolers({ ports, signal }, database),
  ]);
  const snapshot = behindPoolers(bare, behind.poolers);
  const cluster = await readCluster(ports.workloads, snapshot);
  const isConfigured = ports.workloads.namespaces.length > 0;
  return { snapshot, cluster, gaps: [...behind.gaps, ...(isConfigured ? cluster.gaps : [])] };
}

async function readCluster(workloads: Workloads, snapshot: Snapshot): Promise<ClusterFacts> {
  const limit = AbortSignal.timeout(CLUSTER_MS);
  try {
    return await workloads.facts(clientAddresses(snapshot), limit);
  } catch (error) {
    const why = limit.aborted
      ? `it did not answer within ${CLUSTER_MS / 1000} s.`
      : describeError(error).message;
    return { ...noCluster, gaps: [`Kubernetes: ${why} Owners are told without it.`] };
  }
}
