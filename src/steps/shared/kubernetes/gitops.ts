import { stringify } from 'yaml';
import type { CronJob, WorkloadRef } from '../../../domain/cluster.ts';
import { FirebreakError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Command } from '../../../domain/plan.ts';

type Gitops = CronJob['gitops'];

/** Warns when a GitOps tool owns the object and would revert a live change; Helm reverts only at its next upgrade. */
export function gitopsWarning({
  namespace,
  name,
  gitops,
}: Pick<CronJob, 'namespace' | 'name' | 'gitops'>): string[] {
  if (gitops === null) return [];
  const when =
    gitops.tool === 'Helm'
      ? 'will overwrite this change with its next upgrade'
      : 'may revert this change within minutes; pause its sync or change the repository too';
  return [`${namespace}/${name} is managed by ${gitops.tool} (${gitops.sign}), which ${when}.`];
}

/** A manifest, or a part of one to merge into it, as YAML. */
export function manifestText(object: object): string {
  return stringify(object, { lineWidth: 0 }).trimEnd();
}

/** Why a lasting change of an object that a tool owns is not made live, and the change to commit instead. */
export function managedInstead(
  kind: string,
  { namespace, name }: Pick<WorkloadRef, 'namespace' | 'name'>,
  gitops: NonNullable<Gitops>,
  patch: NonNullable<Command['patch']>,
): { readonly excluded: { label: string; reason: string }; readonly command: Command } {
  return {
    excluded: {
      label: `${kind} ${namespace}/${name}`,
      reason: `It is managed by ${gitops.tool} (${gitops.sign}), which would take a live change back. Commit the patch instead.`,
    },
    command: {
      label: `to commit where ${gitops.tool} deploys ${namespace}/${name} from`,
      language: 'text',
      text: patch.text,
      patch,
    },
  };
}

/** The refusal of a step when tools own everything that it would change: the patches are for the repository. */
export function allManaged(patches: readonly Command[]): FirebreakError {
  return new FirebreakError(
    'gitops-managed',
    `${formatCount(patches.length, 'object')} would be changed, and a GitOps tool owns ${patches.length === 1 ? 'it' : 'each of them'}: it would take a live change back.`,
    {
      hint: 'Commit the patch below to the repository. Once it is deployed try this step again: it finds nothing to do then. Or skip it.',
      situation: { done: ['Nothing was changed.'], next: [...patches] },
    },
  );
}
