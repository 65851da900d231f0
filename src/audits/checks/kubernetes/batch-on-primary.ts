import type { BatchWorkload, DatabaseAddress } from '../../../domain/cluster-guardrails.ts';
import { isSameHost } from '../../../domain/same-host.ts';
import { type Draft, defineAudit } from '../../audit.ts';
import type { DatabaseUnderAudit } from '../../facts.ts';
import { manifest } from '../../yaml-patch.ts';

/** Values of target_session_attrs (and of JDBC's targetServerType) that do not insist on the primary. */
const ACCEPTS_STANDBY =
  /^(?:standby|prefer-?standby|secondary|prefer-?secondary|read-only|slave|prefer-?slave)$/i;

export const audit = defineAudit({
  id: 'batch-on-primary',
  system: 'kubernetes',
  title: 'Batch job is told to use the primary',
  todo: 'Let the batch job read from a replica',
  severity: 'high',
  why: 'An analytical query on the primary stops orders; on a replica it slows down other reports at most.',
  falsePositives:
    'A job that writes needs the primary for that: give it two connection strings, and suppress this one. Hosts are compared by name, so name the others that lead there under databases[].hosts.',
  step: 'kubernetes.route-to-replica',
  holds: ['factor-4', 'action-replica', 'lesson-1'],
  needs: ['batches'],
  check({ batches, database }) {
    const cronJobs = batches.flatMap(({ items }) => items);
    return cronJobs.flatMap((cronJob) => {
      const told = cronJob.containers.flatMap(({ databases }) => databases);
      const bad = told.filter((address) => leadsToPrimary(address, database));
      const hidden = told.filter(({ hiddenIn }) => hiddenIn !== null);
      if (bad.length > 0) return [onPrimary(cronJob, bad, database)];
      return hidden.length > 0 && told.length === hidden.length ? [unseen(cronJob, hidden)] : [];
    });
  },
});

function leadsToPrimary({ hosts, wants }: DatabaseAddress, { hosts: known }: DatabaseUnderAudit): boolean {
  if (wants !== null && ACCEPTS_STANDBY.test(wants) && hosts.length > 1) return false;
  const [first] = hosts;
  return first !== undefined && known.primary.some((host) => isSameHost(first.host, host));
}

function onPrimary(
  cronJob: BatchWorkload,
  bad: readonly DatabaseAddress[],
  database: DatabaseUnderAudit,
): Draft {
  const [replica] = database.hosts.replicas;
  const places = bad.map(
    ({ variable, hosts }) =>
      `${variable === null ? 'its command line' : `variable ${variable}`} names ${hosts.map(({ host, port }) => (port === null ? host : `${host}:${port}`)).join(', ')}`,
  );
  return {
    subject: `CronJob ${cronJob.namespace}/${cronJob.name}`,
    evidence: `${places.join('; ')}: the primary of ${database.name}.`,
    remedy: {
      text:
        replica === undefined
          ? 'Add a replica first (audit no-replica), then let the job read from it.'
          : 'Let the job read from the replica, and from the primary only when no replica answers. A hot standby refuses writes, so try the job there first.',
      commands: [
        {
          label: 'new value',
          language: 'text',
          text: `postgresql://<role>@${replica ?? '<replica>'}:5432,${bad[0]?.hosts[0]?.host ?? '<primary>'}:5432/<database>?target_session_attrs=prefer-standby`,
        },
      ],
    },
  };
}

/** Firebreak reads no Secret, so it says what it could not see; where its sessions come from is another audit. */
function unseen(cronJob: BatchWorkload, hidden: readonly DatabaseAddress[]): Draft {
  return {
    subject: `CronJob ${cronJob.namespace}/${cronJob.name}`,
    severity: 'info',
    evidence: `Where it connects to is not visible: ${hidden.map(({ variable, hiddenIn }) => `${variable === null ? 'its variables come' : `${variable} comes`} from ${hiddenIn}`).join('; ')}. Firebreak reads no Secrets.`,
    remedy: {
      text: 'Look there whether it names the replica. A host may stand in the CronJob itself (PGHOST), which tells it to people and to this audit; the password stays in the Secret.',
      commands: [
        manifest(
          'env:\n  - { name: PGHOST, value: <replica> }\n  - { name: PGTARGETSESSIONATTRS, value: prefer-standby }',
        ),
      ],
    },
  };
}
