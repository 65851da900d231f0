import { type Deployment, nameOf } from '../../../domain/cluster.ts';
import { isFirebreakError } from '../../../domain/errors.ts';
import type { Command } from '../../../domain/plan.ts';
import { Drifted, type StepContext } from '../../step-kind.ts';
import { gitopsWarning } from '../kubernetes/gitops.ts';

type Ctx = Pick<StepContext<'workloads'>, 'ports' | 'signal'>;

/** The status of a Deployment changes its version all the time, so a conflict is read again this many times. */
const CONFLICT_RETRIES = 3;

/** One change of a Deployment, by the fields that a person saw when they decided. */
export interface Change {
  /** Sends it, or only asks the server whether it would do it. */
  readonly send: (deployment: Deployment, options: { dryRun: boolean }) => Promise<void>;
  /** Whether it is made. */
  readonly isMade: (deployment: Deployment) => Promise<boolean>;
  /** What differs from what was decided on, in words. */
  readonly differs: (deployment: Deployment) => string[];
}

/**
 * Asks the server with dryRun, then changes the Deployment against its freshest version, provided that what was decided
 * on is still so. A lost answer is never followed by another request: the Deployment is read, and says.
 * @throws FirebreakError when nothing was changed.
 * @throws Drifted when nothing was changed because somebody else changed or deleted it.
 */
export async function changeDeployment(
  ctx: Ctx,
  before: { namespace: string; name: string; uid: string },
  { send, isMade, differs }: Change,
): Promise<'changed' | 'found' | 'unknown'> {
  for (let attempt = 1; ; attempt += 1) {
    const current = await ctx.ports.workloads.deployment(before, ctx.signal);
    if (current === null)
      throw new Drifted([`Deployment ${nameOf(before)} was deleted meanwhile, or made anew.`]);
    if (await isMade(current)) return 'found';
    const differences = differs(current);
    if (differences.length > 0) throw new Drifted(differences);
    try {
      await send(current, { dryRun: true });
      await send(current, { dryRun: false });
      return 'changed';
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (!isFirebreakError(error)) throw error;
      if (error.code === 'kubernetes-conflict' && attempt < CONFLICT_RETRIES) continue;
      if (!error.retryable) throw error;
      const made = await ctx.ports.workloads
        .deployment(before, ctx.signal)
        .then(async (now) => now !== null && (await isMade(now)))
        .catch(() => null);
      ctx.signal.throwIfAborted();
      if (made === null) return 'unknown';
      if (made) return 'found';
      throw error;
    }
  }
}

/** What must be known before a Deployment is changed: who else would change it back. */
export function managerWarnings({ autoscaler, gitops, ...ref }: Deployment, scales: boolean): string[] {
  const name = nameOf(ref);
  return [
    ...(autoscaler === null || !scales
      ? []
      : [
          `HorizontalPodAutoscaler ${autoscaler.name} sets the size of ${name} (${autoscaler.min} to ${autoscaler.max}) and may scale it back within seconds: lower its maxReplicas too.`,
        ]),
    ...gitopsWarning({ ...ref, gitops }),
  ];
}

/** Looks at a Deployment, its revisions and its pods. */
export function lookAtDeployment({ namespace, name }: { namespace: string; name: string }): Command {
  return {
    label: `how ${namespace}/${name} is, and its revisions`,
    language: 'text',
    text: `kubectl -n ${namespace} get deployment ${name} && kubectl -n ${namespace} rollout history deployment ${name}`,
  };
}
