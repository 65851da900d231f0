import { formatDuration } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';
import { cronJobPatch } from '../../yaml-patch.ts';

/** While the incident is on it is meant so. */
const MEANT_SECONDS = 3600;

export const audit = defineAudit({
  id: 'forgotten-suspension',
  system: 'kubernetes',
  title: 'Suspended CronJob that somebody may have forgotten',
  todo: 'Resume the CronJob or delete it',
  severity: 'medium',
  why: 'What it does is not done: reports, invoices or clean-ups are missed, and somebody notices weeks later.',
  falsePositives:
    'One that is kept suspended on purpose: suppress it with the reason, or delete it. Only the newest 50 incidents are looked through for who suspended it.',
  holds: ['action-batch'],
  needs: ['batches', 'suspensions'],
  check({ batches, suspensions, at }) {
    return batches.flatMap(({ namespace, items }) =>
      items
        .filter(({ suspended }) => suspended)
        .flatMap((cronJob) => {
          const record = suspensions.find(({ uid }) => uid === cronJob.uid);
          const seconds =
            record === undefined ? null : (at.getTime() - Date.parse(record.suspendedAt)) / 1000;
          if (record?.incidentIsOpen === true && seconds !== null && seconds < MEANT_SECONDS) return [];
          const who =
            record === undefined || seconds === null
              ? 'No incident that Firebreak knows of suspended it'
              : `Incident ${record.incident} suspended it ${formatDuration(seconds)} ago, and is ${record.incidentIsOpen ? 'still open' : 'closed'}`;
          return [
            {
              subject: `CronJob ${namespace}/${cronJob.name}`,
              evidence: `${who}; schedule "${cronJob.schedule}", last run ${cronJob.lastScheduleTime?.slice(0, 16).replace('T', ' ') ?? 'never'}${cronJob.lastScheduleTime === null ? '' : ' UTC'}.`,
              remedy: {
                text:
                  cronJob.startingDeadlineSeconds === null
                    ? 'Resume it in quiet hours: without startingDeadlineSeconds a run that was missed starts at once (audit starting-deadline).'
                    : 'Resume it, or delete it when nobody wants it any more.',
                commands: [cronJobPatch(cronJob, { suspend: false }, cronJob.gitops?.tool ?? null)],
              },
            },
          ];
        }),
    );
  },
});
