import { defineAudit } from '../../audit.ts';
import { cronJobPatch } from '../../yaml-patch.ts';

export const audit = defineAudit({
  id: 'concurrency-policy',
  system: 'kubernetes',
  title: 'CronJob may run several times at once',
  todo: 'Set concurrencyPolicy to Forbid',
  severity: 'medium',
  why: 'When a run takes longer than its interval the next one starts beside it: a slow database gets more load the slower it is.',
  falsePositives:
    'Jobs that are short and do not touch the database. A lock of its own in the job has the same effect.',
  step: 'kubernetes.guard-cronjob',
  holds: ['respawn'],
  needs: ['batches'],
  check({ batches }) {
    return batches.flatMap(({ namespace, items }) =>
      items
        .filter(({ concurrencyPolicy }) => concurrencyPolicy === 'Allow')
        .map((cronJob) => ({
          subject: `CronJob ${namespace}/${cronJob.name}`,
          evidence: `concurrencyPolicy is Allow, which is the default, with schedule "${cronJob.schedule}".`,
          remedy: {
            text: 'Forbid skips a run while the one before is on; Replace ends it instead. Under Forbid a suspended Job blocks all further runs until it is resumed or deleted.',
            commands: [cronJobPatch(cronJob, { concurrencyPolicy: 'Forbid' }, cronJob.gitops?.tool ?? null)],
          },
        })),
    );
  },
});
