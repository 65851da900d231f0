import { formatCount } from '../../../domain/format.ts';
import { peakUse, peakWindows } from '../../../steps/shared/cronjob/peak-hours.ts';
import { scheduleProblem, slotText } from '../../../steps/shared/cronjob/schedule.ts';
import { defineAudit } from '../../audit.ts';
import { cronJobPatch } from '../../yaml-patch.ts';

export const audit = defineAudit({
  id: 'peak-schedule',
  system: 'kubernetes',
  title: 'Batch job starts in peak hours',
  todo: 'Move the schedule to off-peak hours',
  severity: 'high',
  why: 'It competes with customers for the same database in the hours in which there is nothing to spare.',
  falsePositives:
    'A small job that has to run all day, such as a mailer each five minutes: suppress it. What started before the peak and runs into it is not seen: audit active-deadline bounds that.',
  step: 'kubernetes.reschedule-cronjob',
  holds: ['factor-3', 'action-schedule', 'lesson-3'],
  needs: ['batches', 'peak'],
  check({ batches, peak, at }) {
    const windows = peakWindows(peak, at);
    return batches.flatMap(({ namespace, items }) =>
      items
        .filter(({ suspended }) => !suspended)
        .flatMap((cronJob) => {
          if (scheduleProblem(cronJob) !== null) return [];
          const { peaks, hit, first } = peakUse(cronJob, windows, at);
          if (first === null) return [];
          const often =
            hit === peaks
              ? 'in every peak of the next year'
              : `in ${hit} of the next ${peaks} peaks; the clocks of the two zones or its days account for the rest`;
          const inPeakZone = slotText(first, { schedule: '', timeZone: peak.timeZone });
          const zone = cronJob.timeZone ?? 'UTC, as it names no timeZone';
          return [
            {
              subject: `CronJob ${namespace}/${cronJob.name}`,
              evidence: `Schedule "${cronJob.schedule}" in ${zone} starts ${often} (${peak.window} ${peak.timeZone}), next on ${inPeakZone}${cronJob.parallelism > 1 ? `, ${formatCount(cronJob.parallelism, 'pod')} at once` : ''}.`,
              remedy: {
                text: 'Move it to quiet hours, and name the time zone: the outage asked for 03:00 local time. Where it has no starting deadline, a change of the schedule can start it at once (audit starting-deadline).',
                commands: [
                  cronJobPatch(
                    cronJob,
                    { schedule: '0 3 * * *', timeZone: peak.timeZone },
                    cronJob.gitops?.tool ?? null,
                  ),
                ],
              },
            },
          ];
        }),
    );
  },
});
