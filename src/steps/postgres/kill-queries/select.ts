import { attribute, culpritKey } from '../../../diagnosis/attribution.ts';
import { lockCauses } from '../../../diagnosis/lock-causes.ts';
import { isLockWaiter, signalAge } from '../../../diagnosis/sessions.ts';
import { type Cause, type Culprit, isLikely, knownCulprit } from '../../../domain/cause.ts';
import type { ClusterFacts } from '../../../domain/cluster.ts';
import { formatDuration } from '../../../domain/format.ts';
import { type Protection, protectionReason } from '../../../domain/protection.ts';
import { backendId, type Session, type Snapshot } from '../../../domain/snapshot.ts';
import type { Excluded } from '../../parts.ts';
import { leftAlone, victims } from '../../shared/ending/left-alone.ts';
import { describeSession, endable, labelOf } from '../../shared/ending/session-target.ts';
import { sourceOf } from '../../shared/ending/source.ts';
import type { Draft } from '../../step-kind.ts';
import type { Identity, Params } from './contract.ts';

/** What kill selection looks at. */
export interface Scene {
  readonly snapshot: Snapshot;
  readonly cluster: ClusterFacts;
  readonly causes: readonly Cause[];
}

/** Sessions to offer and sessions left alone. */
export interface KillSelection {
  readonly targets: Draft<Identity>['targets'];
  readonly excluded: Excluded;
  /** Sessions that matched but are over the limit. */
  readonly more: number;
}

interface Candidate {
  readonly session: Session;
  readonly culprit: Culprit;
  readonly root: boolean;
  readonly ofCulprit: boolean;
}

/** Root sessions and long active queries; protected ones are never among the targets. Pure. */
export function selectTargets(scene: Scene, params: Params, protection: Protection): KillSelection {
  const candidates = findCandidates(scene, params);
  const excluded: KillSelection['excluded'] = [
    ...leftAlone(scene.snapshot),
    ...victims(scene.snapshot, candidates),
  ];
  const allowed: Candidate[] = [];
  for (const candidate of candidates) {
    const { session } = candidate;
    const reason = protectionReason(session, protection, signalAge(session));
    if (reason === null) allowed.push(candidate);
    else excluded.push({ id: backendId(session), label: labelOf(session), reason });
  }
  const chosen = allowed.slice(0, params.limit);
  return {
    targets: chosen.map((item) => targetOf(item, scene)),
    excluded,
    more: allowed.length - chosen.length,
  };
}

function findCandidates({ snapshot, cluster, causes }: Scene, params: Params): Candidate[] {
  const [first] = causes;
  const top = first !== undefined && isLikely(first) ? first : null;
  const roots = new Set(top?.rootSessions);
  // Where somebody waits for somebody, other sessions of the same owner are likely to be victims too.
  const blamed =
    top?.culprit == null || roots.size === 0 || lockCauses.has(top.kind) ? null : culpritKey(top.culprit);
  return snapshot.sessions
    .map((session) => {
      const culprit = attribute(session, cluster);
      const root = roots.has(backendId(session));
      return { session, culprit, root, ofCulprit: root || culpritKey(culprit) === blamed };
    })
    .filter(
      ({ session, root, ofCulprit }) =>
        root ||
        (session.state === 'active' &&
          (ofCulprit || (!isLockWaiter(session) && (session.stateSeconds ?? 0) >= params.olderThanSeconds))),
    )
    .sort(
      (a, b) =>
        Number(b.root) - Number(a.root) ||
        Number(b.ofCulprit) - Number(a.ofCulprit) ||
        signalAge(b.session) - signalAge(a.session) ||
        a.session.pid - b.session.pid,
    );
}

function targetOf(candidate: Candidate, scene: Scene): Draft<Identity>['targets'][number] {
  const { session, culprit, root, ofCulprit } = candidate;
  return {
    ...describeSession(session),
    why: whyOf(candidate, scene.causes[0]),
    owner: knownCulprit(culprit),
    selected: root || ofCulprit,
    identity: { ...endable(session), source: sourceOf(culprit, scene.cluster) },
  };
}

function whyOf({ root, ofCulprit, session }: Candidate, top: Cause | undefined): string {
  if (root) return `Root session: ${top?.title ?? 'the top cause'}.`;
  if (ofCulprit) return 'Same owner as the root sessions.';
  return `Active for ${formatDuration(session.stateSeconds ?? 0)}, but not at the root: not proposed.`;
}
