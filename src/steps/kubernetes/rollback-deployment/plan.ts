import { describeRollout, formerRevision } from '../../../diagnosis/deployment-words.ts';
import { openedSinceRollout } from '../../../diagnosis/slot-holders.ts';
import { type Deployment, nameOf, type Revision } from '../../../domain/cluster.ts';
import { type KeptRevision, Rollback } from '../../../domain/deployment-change.ts';
import { draftOf } from '../../parts.ts';
import { blamedDeployment } from '../../shared/deployment/blamed.ts';
import { managerWarnings } from '../../shared/deployment/change.ts';
import { gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import { compactBody } from '../../shared/kubernetes/request-text.ts';
import type { Draft } from '../../step-kind.ts';
import type { Ctx, Identity, Params } from './contract.ts';

/** One direction of a Deployment between two of its revisions. */
interface Move {
  readonly deployment: Deployment;
  readonly from: Revision;
  readonly to: Revision;
  readonly why: string;
  /** False when it is shown without being proposed. */
  readonly proposed: boolean;
}

/** Offers the revision before for the Deployment that is to blame, or, to undo, the one that it was rolled back from. */
export async function planRollback(ctx: Ctx, { undo }: Params): Promise<Draft<Identity>> {
  return undo ? planForward(ctx) : planBack(ctx);
}

async function planBack(ctx: Ctx): Promise<Draft<Identity>> {
  const findings = await gatherFacts(ctx, { server: 'primary', replicas: false });
  const blamed = blamedDeployment(findings);
  if ('nobody' in blamed) return draft({ nothingToDo: blamed.nobody });
  const { deployment, holder, cause, proven } = blamed;
  const name = nameOf(deployment);
  const [from] = deployment.revisions;
  const to = formerRevision(deployment);
  if (from === undefined || to === null) {
    return draft({ nothingToDo: `Deployment ${name} has no earlier revision that could be rolled back to.` });
  }
  const recent = openedSinceRollout(holder);
  const rollout = describeRollout(holder);
  const move = { deployment, from, to, why: `${cause.title}. ${rollout ?? ''}`.trim(), proposed: recent };
  return await draftMove(ctx, move, {
    summary: `Roll Deployment ${name} back from revision ${from.number} to revision ${to.number}.`,
    warnings: [
      ...serverNotes(findings.facts),
      ...(recent
        ? []
        : [
            `${name} was not rolled out shortly before: rolling back may not be what helps. Tick it yourself if you agree.`,
          ]),
      ...(proven ? [] : [`${name} is not proven by the addresses of its pods alone: read why.`]),
    ],
  });
}

async function planForward(ctx: Ctx): Promise<Draft<Identity>> {
  const [last] = ctx.earlier
    .filter(({ kind }) => kind === 'kubernetes.rollback-deployment')
    .flatMap(({ outcome }) => Rollback.safeParse(outcome?.data).data?.deployments ?? [])
    .slice(-1);
  if (last === undefined)
    return draft({ nothingToDo: 'This run rolled no Deployment back, so there is none to roll forward.' });
  const name = nameOf(last);
  const deployment = await ctx.ports.workloads.deployment(last, ctx.signal);
  if (deployment === null) return draft({ nothingToDo: `Deployment ${name} does not exist any more.` });
  const [from] = deployment.revisions;
  const to = deployment.revisions.find(({ uid }) => uid === last.from.uid);
  if (from === undefined || from.uid !== last.to.uid) {
    return draft({
      nothingToDo: `Deployment ${name} has another revision by now; somebody else rolled it out.`,
    });
  }
  if (to === undefined)
    return draft({ nothingToDo: `The revision that ${name} was rolled back from is not kept any more.` });
  const move = { deployment, from, to, why: 'This run rolled it back; this undoes that.', proposed: true };
  return await draftMove(ctx, move, {
    summary: `Roll Deployment ${name} forward again, to what was revision ${to.number}.`,
    undo: 'Roll it back again: go back to that step.',
    warnings: [`What was wrong in revision ${to.number} comes back, unless it was something else.`],
  });
}

async function draftMove(
  ctx: Ctx,
  { deployment, from, to, why, proposed }: Move,
  parts: Partial<Draft<Identity>>,
): Promise<Draft<Identity>> {
  const { namespace, name, uid, replicas, ready } = deployment;
  const { workloads } = ctx.ports;
  const differences = await workloads.templateDifferences(deployment, to, ctx.signal);
  return draft({
    ...parts,
    warnings: [
      ...(parts.warnings ?? []),
      ...managerWarnings(deployment, false),
      ...(deployment.paused
        ? [`${nameOf(deployment)} is paused: its pods stay as they are until it is resumed.`]
        : []),
      'Only the pods change: a migration of the database that came with the newer revision stays.',
    ],
    targets: [
      {
        id: uid,
        label: `${namespace}/${name} to revision ${to.number}`,
        why,
        owner: `Deployment ${namespace}/${name}`,
        facts: [
          { name: 'Pods', value: `${replicas}, ${ready} ready` },
          { name: 'From', value: `revision ${from.number}, ${from.images.join(', ')}` },
          { name: 'To', value: `revision ${to.number}, ${to.images.join(', ')}` },
          { name: 'Changes', value: differences.join(' ') || 'nothing in the pods' },
        ],
        sql: null,
        selected: proposed,
        identity: { ref: { namespace, name, uid }, from: kept(from), to: kept(to) },
      },
    ],
    commands: [
      {
        label: `Roll back Deployment ${nameOf(deployment)} (kubectl rollout undo --to-revision=${to.number})`,
        language: 'text',
        text: compactBody(workloads.rollBackText(deployment, to)),
      },
    ],
  });
}

function kept({ name, uid, images }: Revision): KeptRevision {
  return { name, uid, images };
}

function draft(parts: Partial<Draft<Identity>>): Draft<Identity> {
  return draftOf({
    summary: 'Roll back no Deployment.',
    impact:
      'Its pods are replaced by those of the other revision, a few at a time; each opens new connections.',
    undo: 'Roll it forward: a later step offers that while the revision is kept.',
    wontSolve: ['What the newer revision changed in data or settings stays changed.'],
    ...parts,
  });
}
