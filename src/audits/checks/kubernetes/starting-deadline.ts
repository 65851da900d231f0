import { defineAudit } from '../../audit.ts';
import { cronJobPatch } from '../../yaml-patch.ts';

export const audit = defineAudit({
  id: 'starting-deadline',
  system: 'kubernetes',
  title: 'CronJob without startingDeadlineSeconds',
  todo: 'Set startingDeadlineSeconds',
  severity: 'medium',
  why: 'A run that was missed starts the moment the CronJob is resumed after an incident, or its schedule is changed: the load is back at once.',
  falsePositives: 'A job that has to run for every slot, late rather than never: suppress it.',
  step: 'kubernetes.guard-cronjob',
  holds: ['respawn'],
  needs: ['batches'],
  check({ batches }) {
    return batches.flatMap(({ namespace, items }) =>
      items
        .filter(({ startingDeadlineSeconds }) => startingDeadlineSeconds === null)
        .map((cronJob) => ({
          subject: `CronJob ${namespace}/${cronJob.name}`,
          evidence: `startingDeadlineSeconds is not set, with schedule "${cronJob.schedule}".`,
          remedy: {
            text: 'Say how late a run may start. Below 10 s the controller may miss runs.',
            commands: [cronJobPatch(cronJob, { startingDeadlineSeconds: 300 }, cronJob.gitops?.tool ?? null)],
          },
        })),
    );
  },
});
