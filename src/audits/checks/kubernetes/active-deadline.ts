import { defineAudit } from '../../audit.ts';
import { cronJobPatch } from '../../yaml-patch.ts';

export const audit = defineAudit({
  id: 'active-deadline',
  system: 'kubernetes',
  title: 'Batch job without activeDeadlineSeconds',
  todo: 'Set activeDeadlineSeconds',
  severity: 'medium',
  why: 'A run that hangs or crawls goes on for ever, into the peak and into the next run.',
  falsePositives: 'A run that is bounded by itself, such as by `timeout` in its command: suppress it.',
  step: 'kubernetes.guard-cronjob',
  holds: ['lesson-3'],
  needs: ['batches'],
  check({ batches }) {
    return batches.flatMap(({ namespace, items }) =>
      items
        .filter(({ activeDeadlineSeconds }) => activeDeadlineSeconds === null)
        .map((cronJob) => ({
          subject: `CronJob ${namespace}/${cronJob.name}`,
          evidence: 'jobTemplate.spec.activeDeadlineSeconds is not set.',
          remedy: {
            text: 'Set it to what its longest good run takes and a half more. It ends the pods, not the query that they left behind: client_connection_check_interval and statement_timeout do that.',
            commands: [
              cronJobPatch(
                cronJob,
                { jobTemplate: { spec: { activeDeadlineSeconds: 3600 } } },
                cronJob.gitops?.tool ?? null,
              ),
            ],
          },
        })),
    );
  },
});
