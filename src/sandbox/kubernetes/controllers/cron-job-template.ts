import { clone, timestamp } from '../objects.ts';
import type { CronJob } from '../workloads.ts';

/** A Job that is about to be created. */
export interface JobManifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; [field: string]: unknown };
  spec: object;
  [section: string]: unknown;
}

/** The Job of a slot, named `<cronjob>-<unix minutes of the slot>`. */
export function jobOfSlot(cronJob: CronJob, slot: Date): JobManifest {
  const name = `${cronJob.metadata.name}-${Math.floor(slot.getTime() / 60_000)}`;
  return manifest(cronJob, name, {
    annotation: ['batch.kubernetes.io/cronjob-scheduled-timestamp', timestamp(slot)],
    owner: { blockOwnerDeletion: true },
  });
}

/** The Job that `kubectl create job <name> --from=cronjob/<cronJob>` creates. */
export function jobByHand(cronJob: CronJob, name: string): JobManifest {
  return manifest(cronJob, name, { annotation: ['cronjob.kubernetes.io/instantiate', 'manual'], owner: {} });
}

function manifest(
  cronJob: CronJob,
  name: string,
  extra: { annotation: [string, string]; owner: object },
): JobManifest {
  const { metadata = {}, spec } = clone(cronJob.spec.jobTemplate);
  const { name: ownerName, uid } = cronJob.metadata;
  const owner = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    name: ownerName,
    uid,
    controller: true,
    ...extra.owner,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata.annotations, [extra.annotation[0]]: extra.annotation[1] },
      ownerReferences: [owner],
    },
    spec,
  };
}
