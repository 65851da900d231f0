import type { CronJob } from '../../src/domain/cluster.ts';
import { batch, containerFacts, databaseAddress } from './audit-facts.ts';
import { cluster, replica } from './fixtures.ts';
import { createWorld, type World } from './ports.ts';

/** The container of a CronJob that is told of the primary of the world's database. */
const onPrimary = containerFacts({
  databases: [
    databaseAddress({
      hosts: [{ host: 'orders-primary.db.svc', port: 5432 }],
      user: 'report',
      shown: {
        text: 'postgres://report:$(DATABASE_URL_PASSWORD)@orders-primary.db.svc:5432/orders',
        passwordVariable: 'DATABASE_URL_PASSWORD',
        refersTo: [],
      },
    }),
  ],
});

/** As Kubernetes leaves a CronJob of which nothing is said. */
const unbound = {
  startingDeadlineSeconds: null,
  activeDeadlineSeconds: null,
  concurrencyPolicy: 'Allow',
  backoffLimit: 6,
  createdAt: '2024-01-01T00:00:00Z',
};

/** A namespace with CronJobs that nothing bounds; one starts in the peak of Seoul daily, one every two minutes. */
export function batchWorld(parts: Partial<CronJob> = {}): World {
  const world = createWorld();
  const batches = [
    batch('report-generator', {
      ...unbound,
      schedule: '0 14 * * *',
      lastScheduleTime: '2024-11-15T05:00:00Z',
      containers: [onPrimary],
      ...parts,
    }),
    batch('sync', {
      ...unbound,
      schedule: '*/2 * * * 1-5',
      timeZone: null,
      lastScheduleTime: '2024-11-15T14:38:00Z',
      containers: [onPrimary],
    }),
  ];
  world.guardrails = {
    ...world.guardrails,
    batches: [{ namespace: 'analytics', items: batches, problem: null }],
  };
  world.cluster = cluster({ cronJobs: batches, jobs: [] });
  return world;
}

/** The same, in a namespace without ResourceQuota and LimitRange where one pod runs. */
export function boundlessWorld(): World {
  const world = batchWorld();
  world.namespaces = ['analytics'];
  world.guardrails = {
    ...world.guardrails,
    quotas: [{ namespace: 'analytics', items: [], problem: null }],
    containerDefaults: [{ namespace: 'analytics', items: [], problem: null }],
    services: [{ namespace: 'analytics', items: [], problem: null }],
  };
  world.pods.set('analytics', [
    {
      name: 'dashboard-0',
      ownerKind: 'StatefulSet',
      containers: [
        { name: 'main', requests: { cpu: '2', memory: '1Gi' }, limits: { cpu: '2', memory: '2Gi' } },
      ],
    },
  ]);
  return world;
}

/** The same, beside a replica that follows. */
export function routableWorld(): World {
  const world = batchWorld();
  world.replicas = [replica()];
  return world;
}
