import type { Culprit } from '../domain/cause.ts';
import type { ClusterFacts } from '../domain/cluster.ts';
import type { Session } from '../domain/snapshot.ts';
import { attribute, culpritKey } from './attribution.ts';

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
      culprit: mergeCulprits(members.map(({ culprit }) => culprit)),
      sessions: members.map(({ session }) => session),
      load: members.reduce((sum, { session }) => sum + 1 + session.parallelWorkers, 0),
    }))
    .sort((a, b) => b.load - a.load || culpritKey(a.culprit).localeCompare(culpritKey(b.culprit)));
}

/** One culprit with the evidence of all, each sentence once. */
function mergeCulprits(culprits: readonly Culprit[]): Culprit {
  const [first] = culprits;
  if (first === undefined) return { kind: 'unknown', namespace: null, name: 'unknown', evidence: [] };
  const evidence = new Map(culprits.flatMap((culprit) => culprit.evidence).map((item) => [item.text, item]));
  return { ...first, evidence: [...evidence.values()].slice(0, EVIDENCE_LIMIT) };
}
