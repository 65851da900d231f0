import { createPoolers } from '../../src/adapters/pgbouncer/poolers.ts';
import { createDatabases } from '../../src/adapters/postgres/databases.ts';
import { createAudits } from '../../src/audits/create-audits.ts';
import type { AuditPorts } from '../../src/audits/gather.ts';
import { loadAudits } from '../../src/audits/registry.ts';
import type { Audits } from '../../src/ports/audits.ts';
import { guard, secret, silent } from '../adapters/postgres/support.ts';
import { advancingClock } from '../support/advancing-clock.ts';

const all = await loadAudits();
/** The audits of Kubernetes. */
export const audits = all.filter(({ system }) => system === 'kubernetes');

/** The CronJob of the outage: what is not said here is as Kubernetes leaves it. */
export const report = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'report-generator', namespace: 'analytics' },
  spec: {
    schedule: '0 14 * * *',
    timeZone: 'Asia/Seoul',
    jobTemplate: {
      spec: {
        parallelism: 3,
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [
              {
                name: 'report',
                image: 'report:1',
                env: [
                  {
                    name: 'DATABASE_URL',
                    value: 'postgres://report:hunter2@orders-primary.db.svc:5432/orders',
                  },
                ],
              },
            ],
          },
        },
      },
    },
  },
};

/** The Kubernetes audits of a cluster; the database of it cannot be reached. */
export function auditsOf(
  workloads: AuditPorts['workloads'],
  suspensions: AuditPorts['suspensions'] = null,
): Audits {
  const databases = createDatabases(
    [{ name: 'shop', service: null, cores: 2, replicas: [], url: secret('postgresql://x@127.0.0.1:1/x') }],
    {
      logger: silent,
      guard,
    },
  );
  return createAudits(
    { databases, poolers: createPoolers([], { logger: silent }), workloads, suspensions },
    {
      audits,
      policy: { peak: { window: '09:00-22:00', timeZone: 'Asia/Seoul' }, suppress: [] },
      known: () => ({
        hosts: {
          primary: ['orders-primary.db.svc.cluster.local'],
          replicas: ['orders-ro.db.svc'],
          others: [],
        },
        protectedRoles: [],
      }),
      clock: advancingClock(new Date('2024-11-15T00:00:00Z')),
    },
  );
}
