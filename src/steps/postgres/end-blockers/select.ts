import { attribute } from '../../../diagnosis/attribution.ts';
import { lockCauses } from '../../../diagnosis/lock-causes.ts';
import { signalAge } from '../../../diagnosis/sessions.ts';
import { type Cause, isLikely, knownCulprit } from '../../../domain/cause.ts';
import type { ClusterFacts } from '../../../domain/cluster.ts';
import { type Protection, protectionReason } from '../../../domain/protection.ts';
import { backendId, type Session, type Snapshot } from '../../../domain/snapshot.ts';
import type { Excluded } from '../../parts.ts';
import { leftAlone, victims } from '../../shared/ending/left-alone.ts';
import { describeSession, endable, labelOf } from '../../shared/ending/session-target.ts';
import { sourceOf } from '../../shared/ending/source.ts';
import type { Draft } from '../../step-kind.ts';
import type { Blocker, Params } from './contract.ts';

/** What the selection looks at. */
export interface Scene {
  readonly snapshot: Snapshot;
  readonly cluster: ClusterFacts;
  readonly causes: readonly Cause[];
}

/** The causes of this scene that somebody waits for somebody, most likely first. */
export function likelyLockCauses(causes: readonly Cause[]): Cause[] {
  return causes.filter((cause) => lockCauses.has(cause.kind) && isLikely(cause));
}

/** Sessions at the head of the queue, and who is left alone. Only those of the likeliest cause are proposed. Pure. */
export function selectBlockers(scene: Scene, { limit }: Params, protection: Protection) {
  const { snapshot } = scene;
  const heads = likelyLockCauses(scene.causes).flatMap((cause, index) =>
    cause.rootSessions.flatMap((id) => {
      const session = snapshot.sessions.find((one) => backendId(one) === id);
      return session === undefined ? [] : [{ session, cause, selected: index === 0 }];
    }),
  );
  const distinct = heads.filter(
    ({ session }, index) => heads.findIndex((head) => head.session === session) === index,
  );
  const refused = distinct.map(({ session }) => protectionReason(session, protection, signalAge(session)));
  const allowed = distinct.filter((_, index) => refused[index] === null);
  const excluded: Excluded = [
    ...distinct.flatMap(({ session }, index) => {
      const reason = refused[index];
      return reason == null ? [] : [{ id: backendId(session), label: labelOf(session), reason }];
    }),
    ...victims(snapshot, distinct),
    ...snapshot.prepared.map(({ gid, owner }) => ({
      label: `prepared transaction "${gid}" of ${owner}`,
      reason: 'It has no session; only its owner or a superuser ends it.',
    })),
    ...leftAlone(snapshot),
  ];
  return {
    targets: allowed.slice(0, limit).map((head) => targetOf(head, scene)),
    excluded,
    /** Why heads of the queue may not be ended, each reason once. */
    refusals: [...new Set(refused.flatMap((reason) => reason ?? []))],
    more: Math.max(0, allowed.length - limit),
  };
}

function targetOf(
  { session, cause, selected }: { session: Session; cause: Cause; selected: boolean },
  { snapshot, cluster }: Scene,
): Draft<Blocker>['targets'][number] {
  const culprit = attribute(session, cluster);
  const blocks = snapshot.lockWaiters.some(({ blockers }) => blockers.includes(session.pid));
  return {
    ...describeSession(session),
    why: selected
      ? `Head of the queue: ${cause.title}.`
      : `Not proposed: ${cause.title}. End it too if the queue forms again.`,
    owner: knownCulprit(culprit),
    selected,
    identity: { ...endable(session), source: sourceOf(culprit, cluster), blocks },
  };
}
