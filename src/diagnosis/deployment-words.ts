import type { Deployment, Revision } from '../domain/cluster.ts';
import { formatDuration } from '../domain/format.ts';
import { usableSlots } from '../domain/snapshot.ts';
import type { DiagnosisFacts } from './facts.ts';
import type { SlotHolder } from './slot-holders.ts';

/** Slots that stay free for people and for pods that restart. */
const SPARE_SLOTS = 5;

/** The revision before the present one, or null when none is kept. */
export function formerRevision({ revisions }: Deployment): Revision | null {
  return revisions[1] ?? null;
}

/** `revision 8 was rolled out 4m ago: image api:1.0 became api:2.0`, or null when the rollout is not known. */
export function describeRollout({ deployment, rolledOutSecondsAgo }: SlotHolder): string | null {
  const [present, former] = deployment?.revisions ?? [];
  if (deployment === null || rolledOutSecondsAgo === null) return null;
  const what = present === undefined ? 'Its newest revision' : `Revision ${present.number}`;
  const same =
    former === undefined || present === undefined || former.images.join() === present.images.join();
  const images = same ? '' : `: image ${former.images.join(', ')} became ${present.images.join(', ')}`;
  return `${what} of Deployment ${deployment.namespace}/${deployment.name} was rolled out ${formatDuration(rolledOutSecondsAgo)} ago${images}.`;
}

/** How many pods fit beside what the others hold, at this many connections for each; null when it cannot be said. */
export function fittingReplicas(holder: SlotHolder, { snapshot }: DiagnosisFacts): number | null {
  const perPod = Math.ceil(holder.connections / Math.max(1, holder.addresses));
  if (perPod === 0) return null;
  const others = snapshot.slots.used - holder.connections;
  return Math.max(0, Math.floor((usableSlots(snapshot.slots) - SPARE_SLOTS - others) / perPod));
}
