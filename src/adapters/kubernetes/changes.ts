import type { WorkloadRef } from '../../domain/cluster.ts';
import { FirebreakError } from '../../domain/errors.ts';
import type { CronJobChange } from '../../ports/workloads.ts';

/** How Firebreak signs its changes in managedFields. */
export const FIELD_MANAGER = 'firebreak';

/** Query parameters of every patch: a misspelt field is an error instead of a silent no-op. */
export const PATCH_PARAMETERS = { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' } as const;

/** A merge patch that the API server refuses when the object is another one or, with a version, has changed. */
export function guardedPatch(object: { uid: string; resourceVersion?: string }, spec: object): object {
  const { uid, resourceVersion } = object;
  return { metadata: { uid, resourceVersion }, spec };
}

/** Where the fields of a change stand in the spec of a CronJob: some of them are of the Jobs that it makes. */
export function specOf({ activeDeadlineSeconds, backoffLimit, ...own }: CronJobChange): object {
  const ofJobs = {
    ...(activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds }),
    ...(backoffLimit === undefined ? {} : { backoffLimit }),
  };
  return Object.keys(ofJobs).length === 0 ? own : { ...own, jobTemplate: { spec: ofJobs } };
}

/** The request for people to read; the version is only known when it is sent. */
export function patchText({ namespace, name, uid }: WorkloadRef, change: CronJobChange): string {
  const query = new URLSearchParams(PATCH_PARAMETERS).toString();
  const body = guardedPatch({ uid, resourceVersion: '<as read just before>' }, specOf(change));
  return [
    `PATCH /apis/batch/v1/namespaces/${namespace}/cronjobs/${name}?${query}`,
    'Content-Type: application/merge-patch+json',
    '',
    JSON.stringify(body, null, 2),
  ].join('\n');
}

/** The request that sets the number of pods, for people to read. */
export function scaleText({ namespace, name, uid }: WorkloadRef, replicas: number): string {
  const query = new URLSearchParams(PATCH_PARAMETERS).toString();
  const body = guardedPatch({ uid, resourceVersion: '<as read just before>' }, { replicas });
  return [
    `PATCH /apis/apps/v1/namespaces/${namespace}/deployments/${name}/scale?${query}`,
    'Content-Type: application/merge-patch+json',
    '',
    JSON.stringify(body, null, 2),
  ].join('\n');
}

/** Throws when the answer of a patch does not carry what was asked for. */
export function assertChanged(asked: object, answered: object | undefined, what: string): void {
  const got = new Map(Object.entries(answered ?? {}));
  for (const [field, value] of Object.entries(asked)) {
    if ((got.get(field) ?? null) === value) continue;
    throw new FirebreakError(
      'kubernetes-error',
      `Kubernetes accepted the change of ${what}, but spec.${field} is not ${JSON.stringify(value)} in its answer.`,
      { hint: 'An admission webhook may change it back: look at the object before trying again.' },
    );
  }
}
