import { defineAudit } from '../../audit.ts';
import { cronJobPatch } from '../../yaml-patch.ts';

/** The default of Kubernetes is 6; a query that was killed comes back as often. */
const MOST = 2;

export const audit = defineAudit({
  id: 'backoff-limit',
  system: 'kubernetes',
  title: 'Batch job comes back after it was killed',
  todo: 'Lower backoffLimit so that a killed job stays dead',
  severity: 'medium',
  why: 'On 2024-11-15 the query was killed and was there again: each retry starts the same load on a database that just failed under it.',
  falsePositives: 'Jobs that fail often for other reasons and are cheap: suppress them.',
  step: 'kubernetes.guard-cronjob',
  holds: ['respawn'],
  needs: ['batches'],
  check({ batches }) {
    return batches.flatMap(({ namespace, items }) =>
      items
        .filter(({ backoffLimit }) => backoffLimit > MOST)
        .map((cronJob) => ({
          subject: `CronJob ${namespace}/${cronJob.name}`,
          evidence: `backoffLimit is ${cronJob.backoffLimit}: the pods of a failed run are made anew up to ${cronJob.backoffLimit} times.`,
          remedy: {
            text: 'One retry is enough for a passing fault; what fails twice is for a person, or for the next slot.',
            commands: [
              cronJobPatch(
                cronJob,
                { jobTemplate: { spec: { backoffLimit: 1 } } },
                cronJob.gitops?.tool ?? null,
              ),
            ],
          },
        })),
    );
  },
});
