import { attribute } from '../../../diagnosis/attribution.ts';
import { originOf, withoutHost } from '../../../diagnosis/through-pooler.ts';
import { culpritName } from '../../../domain/cause.ts';
import type { ClusterFacts } from '../../../domain/cluster.ts';
import { formatCount } from '../../../domain/format.ts';
import { postgresMillis } from '../../../domain/postgres-time.ts';
import { backendId, type Session, type Snapshot } from '../../../domain/snapshot.ts';
import type { Sourced } from './source.ts';

/** A successor without a schedule behind it may be ordinary traffic; it counts from this running time on, seconds. */
const LONG_FOR_APPLICATION = 2;

/** True when the session runs the same query as one that was killed. */
function sameQuery(session: Session, { fingerprint }: Sourced): boolean {
  if (session.queryId !== null && fingerprint.queryId !== null)
    return session.queryId === fingerprint.queryId;
  return (
    session.user === fingerprint.user &&
    withoutHost(session.applicationName) === withoutHost(fingerprint.application) &&
    session.sql === fingerprint.sql
  );
}

/** One query of one backend: the same backend may run the same query again. */
export function queryKey(session: { pid: number; backendStart: string; queryStart: string | null }): string {
  return `${backendId(session)}/${session.queryStart ?? ''}`;
}

/**
 * Sessions that run a killed query: `respawned` began after the first signal, `missed` before it without being
 * offered by the plan. Without any signal, whatever the plan did not offer is respawned.
 */
export function findRespawned(
  snapshot: Snapshot,
  identities: readonly Sourced[],
  planned: ReadonlySet<string>,
  firstSignalAt: string | null,
): { respawned: Session[]; missed: Session[] } {
  const since = firstSignalAt === null ? Number.NaN : postgresMillis(firstSignalAt);
  const respawned: Session[] = [];
  const missed: Session[] = [];
  for (const session of snapshot.sessions) {
    if (session.state !== 'active') continue;
    const match = identities.find((identity) => sameQuery(session, identity));
    if (match === undefined) continue;
    const began = postgresMillis(session.queryStart ?? session.backendStart);
    const offered = planned.has(queryKey(session));
    const after = Number.isNaN(began) || Number.isNaN(since) ? !offered : began > since;
    if (after) {
      if (match.source !== null || (session.stateSeconds ?? 0) >= LONG_FOR_APPLICATION)
        respawned.push(session);
    } else if (!offered) missed.push(session);
  }
  return { respawned, missed };
}

/** At most this many pods are named. */
const MOST_PODS = 3;

/** `The queries respawned: 8 new sessions of CronJob analytics/report-generator from 4 pods (…).` */
export function describeRespawned(sessions: readonly Session[], cluster: ClusterFacts): string {
  const owners = [...new Set(sessions.map((session) => culpritName(attribute(session, cluster))))];
  const pods = sessions.flatMap((session) => {
    const { address } = originOf(session);
    return address === null ? [] : (cluster.podsByIp[address] ?? []).map(({ name }) => name);
  });
  return `The queries respawned: ${formatCount(sessions.length, 'new session')} of ${owners.join(', ')}${fromPods([...new Set(pods)].sort())}.`;
}

function fromPods(names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > MOST_PODS ? ` and ${names.length - MOST_PODS} more` : '';
  return ` from ${formatCount(names.length, 'pod')} (${names.slice(0, MOST_PODS).join(', ')}${more})`;
}
