import type { Deployment, ReplicaSet } from '../workloads.ts';

/** How many pods each ReplicaSet should have next; sets that stay as they are are left out. */
export type Scaling = Map<ReplicaSet, number>;

/**
 * One step of a rollout, as the Deployment controller takes it: never more pods than replicas + maxSurge, never fewer
 * available ones than replicas - maxUnavailable. Recreate ends every old pod before it makes a new one; `oldPods` counts
 * those that still run.
 */
export function nextScaling(
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
  oldPods: number,
): Scaling {
  const { replicas, strategy } = deployment.spec;
  const scaling: Scaling = new Map();
  const live = old.filter((set) => set.spec.replicas > 0);
  if (strategy.type === 'Recreate') {
    for (const set of live) scaling.set(set, 0);
    if (oldPods === 0 && current.spec.replicas !== replicas) scaling.set(current, replicas);
    return scaling;
  }
  const surge = share(strategy.rollingUpdate?.maxSurge, replicas, Math.ceil);
  const missing = share(strategy.rollingUpdate?.maxUnavailable, replicas, Math.floor);
  const unavailable = surge === 0 && missing === 0 ? 1 : missing;
  const total = [current, ...live].reduce((sum, set) => sum + set.spec.replicas, 0);
  const room = replicas + surge - total;
  const wanted = Math.min(replicas, current.spec.replicas + Math.max(0, room));
  const next = current.spec.replicas > replicas ? replicas : wanted;
  if (next !== current.spec.replicas) scaling.set(current, next);
  shrink(scaling, live, spare(current, total, replicas - unavailable), live);
  return scaling;
}

/** Old pods that may go: those above the least number of available ones, not counting new ones that are not ready. */
function spare(current: ReplicaSet, total: number, least: number): number {
  const notReady = current.spec.replicas - (current.status.availableReplicas ?? 0);
  return Math.max(0, total - least - Math.max(0, notReady));
}

/** First old pods that are not available, which nobody misses, then the others as far as there is room. */
function shrink(
  scaling: Scaling,
  sets: readonly ReplicaSet[],
  most: number,
  all: readonly ReplicaSet[],
): void {
  let left = most;
  const left0 = new Map(all.map((set) => [set, set.spec.replicas]));
  const take = (set: ReplicaSet, count: number) => {
    const taken = Math.min(count, left, left0.get(set) ?? 0);
    left -= taken;
    left0.set(set, (left0.get(set) ?? 0) - taken);
  };
  for (const set of sets) take(set, set.spec.replicas - (set.status.availableReplicas ?? 0));
  for (const set of sets) take(set, set.spec.replicas);
  for (const set of sets) {
    const next = left0.get(set) ?? 0;
    if (next !== set.spec.replicas) scaling.set(set, next);
  }
}

/** A number, or a percentage of the replicas. */
function share(
  value: number | string | undefined,
  replicas: number,
  round: (value: number) => number,
): number {
  if (typeof value === 'number') return value;
  return round((Number.parseFloat(value ?? '25%') / 100) * replicas);
}
