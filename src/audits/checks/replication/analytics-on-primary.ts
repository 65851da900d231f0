import { isAnalyticsName } from '../../../diagnosis/analytics-name.ts';
import { withoutHost } from '../../../diagnosis/through-pooler.ts';
import { formatCount } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'analytics-on-primary',
  system: 'replication',
  title: 'Analytical sessions on the primary',
  todo: 'Point the analytical sessions at a replica',
  severity: 'medium',
  why: 'A report that reads everything takes the cores and the memory of the server that takes the orders.',
  falsePositives:
    'It goes by the names of role and application_name: a service that is merely called so is none. A job that writes its result has to reach the primary for that: let it read from the replica.',
  holds: ['factor-4', 'action-replica', 'lesson-1'],
  needs: ['activity'],
  check({ activity, database }) {
    if (activity.inRecovery)
      return { doesNotApply: 'The server that is configured as primary is a standby itself.' };
    const groups = activity.groups.filter(({ user, applicationName }) =>
      isAnalyticsName(`${user ?? ''} ${applicationName}`),
    );
    const byName = Map.groupBy(groups, ({ user, applicationName }) =>
      nameOf(user, withoutHost(applicationName)),
    );
    return [...byName].map(([subject, members]) => ({
      subject,
      evidence: `${formatCount(
        members.reduce((sum, { backends }) => sum + backends, 0),
        'session',
      )} on the primary now, from ${formatCount(new Set(members.map(({ clientAddress }) => clientAddress)).size, 'address', 'addresses')}.`,
      remedy: {
        text:
          database.replicas.length === 0
            ? 'Add a replica first (audit no-replica), then point its connection string there.'
            : `Point its connection string at a replica (${database.replicas.join(', ')}); with several hosts in it the driver chooses.`,
        commands: [
          {
            label: 'connection string',
            language: 'text' as const,
            text: 'postgresql://<role>@<replica>:5432,<primary>:5432/<database>?target_session_attrs=prefer-standby',
          },
        ],
      },
    }));
  },
});

function nameOf(user: string | null, application: string): string {
  return `role ${user ?? 'unknown'}${application === '' ? '' : `, application ${application}`}`;
}
