import { type Deployment, nameOf } from '../../../domain/cluster.ts';
import type { Scaled, Scaling } from '../../../domain/deployment-change.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { outcomeOf } from '../../parts.ts';
import {
  changeAndLog,
  type Log,
  recheckDeployments,
  waitForDeployments,
} from '../../shared/deployment/carry-out.ts';
import type { Change } from '../../shared/deployment/change.ts';
import { Drifted, type Reconciliation } from '../../step-kind.ts';
import { type ApprovedScaling, type Ctx, type Identity, REPLICAS, type ScalingOutcome } from './contract.ts';

/** What differs from the plan: the Deployment is another one, or has another size. */
export async function recheckScaling(ctx: Ctx, { targets }: ApprovedScaling): Promise<string[]> {
  return await recheckDeployments(ctx, targets, resized);
}

/** Scales each approved Deployment to the chosen number. */
export async function executeScaling(ctx: Ctx, approved: ApprovedScaling): Promise<ScalingOutcome> {
  const deployments: Scaled[] = [];
  const log: Log = { done: [], skipped: [] };
  for (const { identity } of approved.targets) {
    ctx.signal.throwIfAborted();
    const { ref, replicas: from } = identity;
    const to = chosen(approved);
    const change: Change = {
      send: (deployment, options) => ctx.ports.workloads.scaleDeployment(deployment, to, options, ctx.signal),
      isMade: async ({ replicas }) => replicas === to,
      differs: (deployment) => resized(identity, deployment),
    };
    const words = { log, detail: `scaled from ${from} to ${to}`, asked: 'scaled' };
    const uncertain = await changeAndLog(ctx, ref, change, words);
    deployments.push({ ...ref, from, to, uncertain });
  }
  return scalingOutcome({ deployments }, log);
}

/** After a crash the Deployment says by its size whether it was scaled. */
export async function reconcileScaling(
  ctx: Ctx,
  approved: ApprovedScaling,
): Promise<Reconciliation<Scaling>> {
  const deployments: Scaled[] = [];
  for (const { identity } of approved.targets) {
    const to = chosen(approved);
    const now = await ctx.ports.workloads.deployment(identity.ref, ctx.signal);
    const name = nameOf(identity.ref);
    if (now === null) return { status: 'unknown', why: `Deployment ${name} does not exist any more.` };
    if (now.replicas === identity.replicas) return { status: 'unfinished' };
    if (now.replicas !== to) {
      const why = `Deployment ${name} has ${now.replicas} pods, neither ${identity.replicas} as before nor ${to} as decided: somebody else scaled it.`;
      return { status: 'unknown', why };
    }
    deployments.push({ ...identity.ref, from: identity.replicas, to, uncertain: false });
  }
  const done = deployments.map((one) => ({
    target: `Deployment ${nameOf(one)}`,
    detail: `found at ${one.to} after an interruption of Firebreak`,
  }));
  return { status: 'done', outcome: scalingOutcome({ deployments }, { done, skipped: [] }) };
}

/** Waits until the size is still the chosen one and as many pods are ready. */
export async function verifyScaling(
  ctx: Ctx,
  { params }: ApprovedScaling,
  { data: { deployments } }: ScalingOutcome,
): Promise<Verdict> {
  const sizes = deployments.map((one) => `${nameOf(one)} has ${formatCount(one.to, 'pod')}`).join(', ');
  return await waitForDeployments(ctx, deployments, {
    seconds: params.verifySeconds,
    openPoints,
    passed: (after) => `${sizes} after ${after}.`,
  });
}

function openPoints(scaled: Scaled, now: Deployment | null): string[] {
  const name = nameOf(scaled);
  if (now === null) return [`Deployment ${name} does not exist any more.`];
  if (now.replicas !== scaled.to) {
    const who = now.autoscaler === null ? 'somebody' : `HorizontalPodAutoscaler ${now.autoscaler.name}`;
    return [`${name} was to have ${scaled.to} pods and has ${now.replicas} now: ${who} changed it back.`];
  }
  return now.ready === scaled.to ? [] : [`${name}: ${now.ready} pods are ready, ${scaled.to} were wanted.`];
}

function resized({ ref, replicas }: Identity, now: Deployment): string[] {
  return now.replicas === replicas
    ? []
    : [`Deployment ${nameOf(ref)} has ${formatCount(now.replicas, 'pod')} now, it had ${replicas}.`];
}

function chosen({ choices }: ApprovedScaling): number {
  const count = Number(choices[REPLICAS]);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new Drifted(['The plan names no number of pods.']);
}

function scalingOutcome(data: Scaling, log: Log): ScalingOutcome {
  const certain = data.deployments.filter(({ uncertain }) => !uncertain);
  return outcomeOf({
    summary:
      certain.length === 0
        ? 'It is not known whether the Deployment was scaled.'
        : certain
            .map((one) => `Deployment ${nameOf(one)} is scaled from ${one.from} to ${one.to}.`)
            .join(' '),
    ...log,
    data,
  });
}
