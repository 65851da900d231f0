import { describeRollout, fittingReplicas } from '../../../diagnosis/deployment-words.ts';
import { type Deployment, nameOf } from '../../../domain/cluster.ts';
import { type Scaled, Scaling } from '../../../domain/deployment-change.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Choice } from '../../../domain/plan.ts';
import { draftOf } from '../../parts.ts';
import { blamedDeployment } from '../../shared/deployment/blamed.ts';
import { managerWarnings } from '../../shared/deployment/change.ts';
import { gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import { compactBody } from '../../shared/kubernetes/request-text.ts';
import type { Draft } from '../../step-kind.ts';
import { type Ctx, type Identity, type Params, REPLICAS } from './contract.ts';

/** Offers fewer pods for the Deployment that is to blame, or, to undo, the former number. */
export async function planScaling(ctx: Ctx, { undo }: Params): Promise<Draft<Identity>> {
  return undo ? planBack(ctx) : planDown(ctx);
}

async function planDown(ctx: Ctx): Promise<Draft<Identity>> {
  const findings = await gatherFacts(ctx, { server: 'primary', replicas: false });
  const blamed = blamedDeployment(findings);
  if ('nobody' in blamed) return draft({ nothingToDo: blamed.nobody });
  const { deployment, holder, cause, proven } = blamed;
  const name = nameOf(deployment);
  if (deployment.replicas === 0) return draft({ nothingToDo: `Deployment ${name} has no pods already.` });
  const fits = fittingReplicas(holder, findings.facts);
  const choice = sizeChoice(deployment, cause.kind === 'connection-storm' ? fits : null);
  const rollout = describeRollout(holder);
  return draft({
    summary: `Scale Deployment ${name} down from ${formatCount(deployment.replicas, 'pod')}.`,
    warnings: [
      ...serverNotes(findings.facts),
      ...managerWarnings(deployment, true),
      ...(proven ? [] : [`${name} is not proven by the addresses of its pods alone: read why.`]),
      ...(cause.kind === 'connection-leak'
        ? ['The pods that stay go on leaking: this buys time until it is rolled back or repaired.']
        : []),
    ],
    targets: [
      targetOf(deployment, `${cause.title}.`, deployment.replicas > 1, [
        ...(rollout === null ? [] : [{ name: 'Rollout', value: rollout }]),
        {
          name: 'Connections',
          value: `${holder.connections} from ${formatCount(holder.addresses, 'address', 'addresses')}`,
        },
      ]),
    ],
    choices: [choice],
    commands: commandsFor(ctx, deployment, choice),
  });
}

async function planBack(ctx: Ctx): Promise<Draft<Identity>> {
  const scaled = scaledByThisRun(ctx);
  if (scaled === null)
    return draft({ nothingToDo: 'This run scaled no Deployment down, so there is none to scale back.' });
  const name = nameOf(scaled);
  const now = await ctx.ports.workloads.deployment(scaled, ctx.signal);
  if (now === null) return draft({ nothingToDo: `Deployment ${name} does not exist any more.` });
  if (now.replicas >= scaled.from)
    return draft({
      nothingToDo: `Deployment ${name} has ${formatCount(now.replicas, 'pod')} again already.`,
    });
  const half = Math.ceil((now.replicas + scaled.from) / 2);
  const choice: Choice = {
    id: REPLICAS,
    label: 'Scale it to:',
    options: distinct([scaled.from, half]).map((count) => ({
      value: String(count),
      label: formatCount(count, 'pod'),
      consequence:
        count === scaled.from
          ? 'The number from before. Its pools open all their connections again.'
          : 'Half of the way; look at the slots before the rest.',
    })),
    default: String(scaled.from),
  };
  return draft({
    summary: `Scale Deployment ${name} back from ${formatCount(now.replicas, 'pod')}.`,
    impact: 'Its pods open their connections again; the service has its former capacity.',
    undo: 'Scale it down again: go back to that step.',
    warnings: [
      `If nothing was repaired meanwhile, ${name} fills the slots again: roll it back first, or make its pools smaller.`,
      ...managerWarnings(now, true),
    ],
    targets: [targetOf(now, `This run scaled it from ${scaled.from} to ${scaled.to}.`, true, [])],
    choices: [choice],
    commands: commandsFor(ctx, now, choice),
  });
}

/** The newest scaling of this run that took pods away; the number from before all of them is the one to go back to. */
function scaledByThisRun({ earlier }: Ctx): Scaled | null {
  const all = earlier
    .filter(({ kind }) => kind === 'kubernetes.scale-deployment')
    .flatMap(({ outcome }) => Scaling.safeParse(outcome?.data).data?.deployments ?? []);
  const last = all.at(-1);
  if (last === undefined) return null;
  const own = all.filter(({ uid }) => uid === last.uid);
  return { ...last, from: Math.max(...own.map(({ from }) => from)) };
}

function sizeChoice({ replicas, ready }: Deployment, fits: number | null): Choice {
  const half = Math.floor(replicas / 2);
  const fitting = fits === null ? null : Math.min(replicas - 1, fits);
  const counts = distinct(
    [...(fitting === null ? [] : [fitting]), half, 1, 0].filter((count) => count < replicas),
  );
  const options = counts.map((count) => ({
    value: String(count),
    label: count === fitting ? `${formatCount(count, 'pod')}: as many as fit` : formatCount(count, 'pod'),
    consequence:
      count === 0
        ? 'The service is down until it is scaled back.'
        : `${formatCount(replicas - count, 'pod')} less of capacity; ${ready} are ready now.`,
  }));
  const wanted = fitting !== null && fitting > 0 ? fitting : Math.max(1, half);
  const proposed = options.find(({ value }) => value === String(wanted)) ?? options[0];
  return { id: REPLICAS, label: 'Scale it to:', options, default: proposed?.value ?? '0' };
}

function targetOf(
  deployment: Deployment,
  why: string,
  selected: boolean,
  facts: Draft<Identity>['targets'][number]['facts'],
): Draft<Identity>['targets'][number] {
  const { namespace, name, uid, replicas, ready } = deployment;
  return {
    id: uid,
    label: `${namespace}/${name}`,
    why,
    owner: `Deployment ${namespace}/${name}`,
    facts: [{ name: 'Pods', value: `${replicas}, ${ready} ready` }, ...facts],
    sql: null,
    selected,
    identity: { ref: { namespace, name, uid }, replicas },
  };
}

function commandsFor({ ports }: Ctx, deployment: Deployment, { options, default: proposed }: Choice) {
  return options
    .filter(({ value }) => value === proposed)
    .map(({ value }) => ({
      label: `Scale Deployment ${nameOf(deployment)} to ${value}`,
      language: 'text' as const,
      text: compactBody(ports.workloads.scaleText(deployment, Number(value))),
    }));
}

function distinct(counts: readonly number[]): number[] {
  return [...new Set(counts)];
}

function draft(parts: Partial<Draft<Identity>>): Draft<Identity> {
  return draftOf({
    summary: 'Scale no Deployment.',
    impact: 'Its pods end, and with them their connections. Fewer pods serve its requests.',
    undo: 'Scale it back: a later step offers the former number.',
    wontSolve: ['What its pods do to the database they go on doing, in smaller number.'],
    ...parts,
  });
}
