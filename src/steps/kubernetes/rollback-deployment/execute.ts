import { type Deployment, nameOf } from '../../../domain/cluster.ts';
import type { Rollback, RolledBack } from '../../../domain/deployment-change.ts';
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
import type { ApprovedRollback, Ctx, Identity, RollbackOutcome } from './contract.ts';

/** What differs from the plan: the Deployment or its present revision is another one, or the wanted one is gone. */
export async function recheckRollback(ctx: Ctx, { targets }: ApprovedRollback): Promise<string[]> {
  return await recheckDeployments(ctx, targets, rolledOut);
}

/** Gives each approved Deployment the template of the wanted revision. */
export async function executeRollback(ctx: Ctx, { targets }: ApprovedRollback): Promise<RollbackOutcome> {
  const deployments: RolledBack[] = [];
  const log: Log = { done: [], skipped: [] };
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    const { ref, from, to } = identity;
    const change: Change = {
      async send(deployment, options) {
        const revision = deployment.revisions.find(({ uid }) => uid === to.uid);
        if (revision === undefined) throw new Drifted(rolledOut(identity, deployment));
        await ctx.ports.workloads.rollBackDeployment(deployment, revision, options, ctx.signal);
      },
      isMade: async (deployment) => await hasTemplate(ctx, deployment, to.uid),
      differs: (deployment) => rolledOut(identity, deployment),
    };
    const detail = `${from.images.join(', ')} becomes ${to.images.join(', ')}`;
    const uncertain = await changeAndLog(ctx, ref, change, { log, detail, asked: 'rolled back' });
    deployments.push({ ...ref, from, to, uncertain });
  }
  return rollbackOutcome({ deployments }, log);
}

/** After a crash the Deployment says by its present revision whether it was rolled back. */
export async function reconcileRollback(
  ctx: Ctx,
  { targets }: ApprovedRollback,
): Promise<Reconciliation<Rollback>> {
  const deployments: RolledBack[] = [];
  for (const { identity } of targets) {
    const { ref, from, to } = identity;
    const now = await ctx.ports.workloads.deployment(ref, ctx.signal);
    if (now === null) return { status: 'unknown', why: `Deployment ${nameOf(ref)} does not exist any more.` };
    const made = await hasTemplate(ctx, now, to.uid);
    if (!made && isAt(now, from.uid)) return { status: 'unfinished' };
    if (!made) {
      const why = `Deployment ${nameOf(ref)} has neither revision: somebody else rolled it out.`;
      return { status: 'unknown', why };
    }
    deployments.push({ ...ref, from, to, uncertain: false });
  }
  const done = deployments.map((one) => ({
    target: `Deployment ${nameOf(one)}`,
    detail: 'found rolled back after an interruption of Firebreak',
  }));
  return { status: 'done', outcome: rollbackOutcome({ deployments }, { done, skipped: [] }) };
}

/** Waits until every pod is of the wanted revision and ready. */
export async function verifyRollback(
  ctx: Ctx,
  { params }: ApprovedRollback,
  { data: { deployments } }: RollbackOutcome,
): Promise<Verdict> {
  const names = deployments.map((one) => `${nameOf(one)} runs ${one.to.images.join(', ')} again`).join('; ');
  return await waitForDeployments(ctx, deployments, {
    seconds: params.verifySeconds,
    openPoints,
    passed: (after) => `${names}, every pod ready after ${after}.`,
  });
}

/** Whether it has the template of a revision; right after a patch the controller has not numbered it as the newest yet. */
async function hasTemplate(ctx: Ctx, deployment: Deployment, uid: string): Promise<boolean> {
  if (isAt(deployment, uid)) return true;
  const revision = deployment.revisions.find((one) => one.uid === uid);
  if (revision === undefined) return false;
  return (await ctx.ports.workloads.templateDifferences(deployment, revision, ctx.signal)).length === 0;
}

function isAt({ revisions }: Deployment, uid: string): boolean {
  return revisions[0]?.uid === uid;
}

function openPoints(one: RolledBack, now: Deployment | null): string[] {
  const name = nameOf(one);
  if (now === null) return [`Deployment ${name} does not exist any more.`];
  if (!isAt(now, one.to.uid))
    return [`${name} is not at the wanted revision: somebody or a GitOps tool changed it.`];
  const others = now.revisions.slice(1).reduce((sum, { replicas }) => sum + replicas, 0);
  return now.ready >= now.replicas && others === 0
    ? []
    : [`${name}: ${now.ready} of ${now.replicas} pods are ready, ${others} of the other revision are left.`];
}

function rolledOut({ ref, from, to }: Identity, now: Deployment): string[] {
  const name = nameOf(ref);
  return [
    ...(isAt(now, from.uid)
      ? []
      : [`Deployment ${name} has another revision now; somebody rolled it out meanwhile.`]),
    ...(now.revisions.some(({ uid }) => uid === to.uid)
      ? []
      : [`The wanted revision of ${name} is not kept any more.`]),
  ];
}

function rollbackOutcome(data: Rollback, log: Log): RollbackOutcome {
  const certain = data.deployments.filter(({ uncertain }) => !uncertain);
  return outcomeOf({
    summary:
      certain.length === 0
        ? 'It is not known whether the Deployment was rolled back.'
        : certain
            .map((one) => `Deployment ${nameOf(one)} is rolled back to ${one.to.images.join(', ')}.`)
            .join(' '),
    ...log,
    data,
  });
}
