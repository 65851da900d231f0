import { attribute, attributionStrength, culpritKey } from '../diagnosis/attribution.ts';
import { clientAddresses } from '../diagnosis/client-addresses.ts';
import { behindPoolers } from '../diagnosis/through-pooler.ts';
import { type Culprit, culpritName } from '../domain/cause.ts';
import { type ClusterFacts, noCluster } from '../domain/cluster.ts';
import { backendId, type Session, type Snapshot } from '../domain/snapshot.ts';
import type { WatchdogTarget } from '../domain/watchdog.ts';
import { endable } from '../steps/shared/ending/session-target.ts';
import { sourceOf } from '../steps/shared/ending/source.ts';
import { armedWarnings } from '../steps/shared/ending/sources.ts';
import { readPoolers } from '../steps/shared/facts/read-poolers.ts';
import type { Ports } from '../steps/step-kind.ts';

/** The workloads behind the sessions of a reading. */
export interface Owners {
  of(session: Session): WatchdogTarget['owner'];
  /** What would start the queries of these backends again, in words. */
  warnings(targets: readonly WatchdogTarget[]): string[];
}

/** Before anything is read, nobody is known. */
export const noOwners: Owners = { of: () => null, warnings: () => [] };

/** Milliseconds that an action waits for the names of owners. */
const CLUSTER_MS = 4_000;
const WORKLOADS: ReadonlySet<Culprit['kind']> = new Set(['CronJob', 'Job', 'Deployment', 'Pod']);

/** Reads PgBouncers and cluster, which is done only when there is somebody to act on. What cannot be read names nobody. */
export async function readOwners(
  ports: Pick<Ports, 'poolers' | 'workloads'>,
  bare: Snapshot,
  signal: AbortSignal,
): Promise<Owners> {
  const { poolers } = await readPoolers({ ports, signal }, bare.database);
  const snapshot = behindPoolers(bare, poolers);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CLUSTER_MS)]);
  const cluster = await ports.workloads
    .facts(clientAddresses(snapshot), limit)
    .catch((): ClusterFacts => noCluster);
  signal.throwIfAborted();
  const sessions = new Map(snapshot.sessions.map((session) => [backendId(session), session]));
  return {
    of(session) {
      const culprit = attribute(sessions.get(backendId(session)) ?? session, cluster);
      const isProved = ['strong', 'medium'].includes(attributionStrength(culprit));
      if (!isProved || !WORKLOADS.has(culprit.kind)) return null;
      return { key: culpritKey(culprit), name: culpritName(culprit) };
    },
    warnings(targets) {
      const named = targets.flatMap((target) => sessions.get(backendId(target.session)) ?? []);
      const sourced = named.map((session) => ({
        ...endable(session),
        source: sourceOf(attribute(session, cluster), cluster),
      }));
      return armedWarnings(sourced, cluster);
    },
  };
}
