import { type CronJob, nameOf } from '../../../domain/cluster.ts';
import type { BatchWorkload } from '../../../domain/cluster-guardrails.ts';
import {
  type CronJobEdit,
  type CronJobField,
  fieldChanges,
  fieldText,
} from '../../../domain/cronjob-change.ts';
import type { DatabaseSetup } from '../../../domain/database-setup.ts';
import { shorten } from '../../../domain/format.ts';
import type { Command, Fact } from '../../../domain/plan.ts';
import { isSameHost } from '../../../domain/same-host.ts';
import type { CronJobChange } from '../../../ports/workloads.ts';
import type { Excluded } from '../../parts.ts';
import type { Draft, StepContext } from '../../step-kind.ts';
import { allManaged, managedInstead, manifestText } from '../kubernetes/gitops.ts';
import { compactBody } from '../kubernetes/request-text.ts';

type Ctx = Pick<StepContext<'workloads'>, 'ports' | 'signal'>;

/** What a step would make of one CronJob. */
export interface EditProposal {
  readonly cronJob: CronJob;
  readonly wanted: Partial<Pick<CronJob, CronJobField>>;
  readonly why: string;
  readonly facts: readonly Fact[];
  readonly selected: boolean;
}

/** The CronJobs of the configured namespaces with what bounds them, and why a namespace could not be read. */
export async function readBatches(ctx: Ctx): Promise<{ batches: BatchWorkload[]; unread: string[] }> {
  const { workloads } = ctx.ports;
  if (workloads.namespaces.length === 0) return { batches: [], unread: [] };
  const { batches: lists } = await workloads.guardrails(ctx.signal);
  return {
    batches: lists.flatMap(({ items }) => items ?? []),
    unread: lists.flatMap(({ namespace, problem }) =>
      problem === null ? [] : [`The CronJobs of ${namespace} could not be read: ${problem}`],
    ),
  };
}

/**
 * Which database a CronJob is told of, as far as its manifest says.
 * `none`: of none that can be seen; `other`: only of other configured ones; `some`: of this one, or of a hidden one.
 */
export function toldOf({ containers }: BatchWorkload, { hosts }: DatabaseSetup): 'some' | 'other' | 'none' {
  const told = containers.flatMap(({ databases }) => databases);
  if (told.length === 0) return 'none';
  const isOther = (host: string) => hosts.others.some((one) => isSameHost(one, host));
  return told.every((address) => address.hosts.length > 0 && address.hosts.every(({ host }) => isOther(host)))
    ? 'other'
    : 'some';
}

/** The fact that tells why a CronJob is ticked or not. */
export function toldFact(told: ReturnType<typeof toldOf>): Fact {
  const value = {
    some: 'its manifest names one',
    other: 'its manifest names another one',
    none: 'its manifest names none, so it is not ticked',
  }[told];
  return { name: 'Database', value };
}

/**
 * Turns proposals into targets with the exact request of each. What a GitOps tool owns is left alone.
 * @throws FirebreakError `gitops-managed` when nothing else is left, with the patches to commit.
 */
export function editTargets(
  ctx: Ctx,
  proposals: readonly EditProposal[],
): Pick<Draft<CronJobEdit>, 'targets' | 'excluded' | 'commands'> {
  const targets: Draft<CronJobEdit>['targets'] = [];
  const excluded: Excluded = [];
  const commands: Command[] = [];
  const patches: Command[] = [];
  for (const proposal of proposals) {
    const { cronJob } = proposal;
    const fields = fieldChanges(cronJob, proposal.wanted);
    if (fields.length === 0) continue;
    if (cronJob.gitops !== null) {
      const instead = managedInstead('CronJob', cronJob, cronJob.gitops, patchOf(cronJob, fields));
      excluded.push(instead.excluded);
      patches.push(instead.command);
      continue;
    }
    targets.push(targetOf(proposal, fields));
    commands.push({
      label: `Change CronJob ${nameOf(cronJob)}`,
      language: 'text',
      text: compactBody(ctx.ports.workloads.patchText(cronJob, changeOf(fields))),
      patch: patchOf(cronJob, fields),
    });
  }
  if (targets.length === 0 && patches.length > 0) throw allManaged(patches);
  return { targets, excluded, commands: [...commands, ...patches] };
}

/** The change that the port takes. */
export function changeOf(fields: CronJobEdit['fields']): CronJobChange {
  return Object.fromEntries(fields.map(({ field, to }) => [field, to])) as CronJobChange;
}

/** The part of the manifest that a person commits, and what takes it back. */
function patchOf(cronJob: CronJob, fields: CronJobEdit['fields']): NonNullable<Command['patch']> {
  const back = fields.map(({ field, from, to }) => ({ field, from: to, to: from }));
  return {
    text: manifestText(manifestOf(cronJob, changeOf(fields))),
    undo: manifestText(manifestOf(cronJob, changeOf(back))),
  };
}

function manifestOf(
  { namespace, name }: CronJob,
  { activeDeadlineSeconds, backoffLimit, ...own }: CronJobChange,
): object {
  const ofJobs = Object.entries({ activeDeadlineSeconds, backoffLimit }).filter(([, to]) => to !== undefined);
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace },
    spec: { ...own, ...(ofJobs.length === 0 ? {} : { jobTemplate: { spec: Object.fromEntries(ofJobs) } }) },
  };
}

function targetOf(
  { cronJob, why, facts, selected }: EditProposal,
  fields: CronJobEdit['fields'],
): Draft<CronJobEdit>['targets'][number] {
  const { namespace, name, uid } = cronJob;
  return {
    id: uid,
    label: shorten(
      `${nameOf(cronJob)}: ${fields.map((change) => `${change.field} ${fieldText(change, change.to)}`).join(', ')}`,
      75,
    ),
    why,
    owner: `CronJob ${nameOf(cronJob)}`,
    facts: [
      ...fields.map((change) => ({
        name: change.field,
        value: `${fieldText(change, change.to)}, now ${fieldText(change, change.from)}`,
      })),
      ...facts,
    ],
    sql: null,
    selected,
    identity: { ref: { namespace, name, uid }, fields },
  };
}
