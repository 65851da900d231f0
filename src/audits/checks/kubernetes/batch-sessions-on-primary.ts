import { provenPod } from '../../../diagnosis/client-pods.ts';
import { originOf } from '../../../diagnosis/through-pooler.ts';
import { formatCount } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'batch-sessions-on-primary',
  system: 'kubernetes',
  title: 'Batch job is connected to the primary now',
  todo: 'Move the batch job off the primary',
  severity: 'high',
  why: 'Whatever its configuration says: its pods hold connections of the server that takes the orders.',
  falsePositives:
    'A job that writes its result. Sessions are attributed by the address of their pod, never by a name; pods on the host network are left out.',
  holds: ['factor-4', 'lesson-1'],
  needs: ['activity', 'clients'],
  check({ activity, clients }) {
    if (activity.inRecovery)
      return { doesNotApply: 'The server that is configured as primary is a standby itself.' };
    const owned = activity.groups.flatMap((group) => {
      const pod = provenPod(originOf(group).address, clients);
      const cronJob = pod?.owners.find(({ kind }) => kind === 'CronJob');
      return pod === null || cronJob === undefined
        ? []
        : [{ subject: `CronJob ${pod.namespace}/${cronJob.name}`, group, pod: pod.name }];
    });
    return [...Map.groupBy(owned, ({ subject }) => subject)].map(([subject, members]) => {
      const sessions = members.reduce((sum, { group }) => sum + group.backends, 0);
      const roles = [...new Set(members.map(({ group }) => group.user ?? 'unknown'))];
      return {
        subject,
        evidence: `${formatCount(sessions, 'session')} of ${roles.length === 1 ? 'role' : 'roles'} ${roles.join(', ')} on the primary now, from ${formatCount(new Set(members.map(({ pod }) => pod)).size, 'pod')}.`,
        remedy: {
          text: 'Let it read from a replica: change its connection string (audit batch-on-primary).',
          commands: [],
        },
      };
    });
  },
});
