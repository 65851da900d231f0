import type { Culprit } from '../domain/cause.ts';
import type { ClusterFacts } from '../domain/cluster.ts';
import type { Session } from '../domain/snapshot.ts';
import { attribute, culpritKey } from './attribution.ts';
import { type Clients, podEvidence, provenPod } from './client-pods.ts';
import { originOf } from './through-pooler.ts';

/** Sessions of one owner. */
export interface OwnedSessions {
  readonly culprit: Culprit;
  readonly sessions: readonly Session[];
  /** Backends at work: the sessions and their parallel workers. */
  readonly load: number;
}

/** At most this many different sentences of evidence are kept for one owner. */
const EVIDENCE_LIMIT = 6;

/** Groups sessions by owner, heaviest first. */
export function groupByOwner(sessions: readonly Session[], cluster: ClusterFacts): OwnedSessions[] {
  const groups = Map.groupBy(
    sessions.map((session) => ({ session, culprit: attribute(session, cluster) })),
    ({ culprit }) => culpritKey(culprit),
  );
  return [...groups.values()]
    .map((members) => ({
      culprit: mergeCulprits(
        members.map(({ session, culprit }) => ({ culprit, address: ownAddress(session), sessions: 1 })),
        cluster,
      ),
      sessions: members.map(({ session }) => session),
      load: members.reduce((sum, { session }) => sum + 1 + session.parallelWorkers, 0),
    }))
    .sort((a, b) => b.load - a.load || culpritKey(a.culprit).localeCompare(culpritKey(b.culprit)));
}

/** The address that proves the owner by itself; behind a PgBouncer it does not, and the evidence of each session is kept. */
function ownAddress(session: Session): string | null {
  const { how, address } = originOf(session);
  return how === null ? address : null;
}

/** Sessions at one address, attributed. */
interface Attributed extends Clients {
  readonly culprit: Culprit;
}

/** One culprit with the evidence of all: what pods prove in one sentence, every other sentence once. */
export function mergeCulprits(members: readonly Attributed[], cluster: ClusterFacts): Culprit {
  const [first] = members;
  if (first === undefined) return { kind: 'unknown', namespace: null, name: 'unknown', evidence: [] };
  const others = members
    .filter(({ address }) => provenPod(address, cluster) === null)
    .flatMap(({ culprit }) => culprit.evidence);
  const distinct = new Map(others.map((item) => [item.text, item]));
  const evidence = [...podEvidence(members, cluster), ...distinct.values()];
  return { ...first.culprit, evidence: evidence.slice(0, EVIDENCE_LIMIT) };
}
