import { provenPod } from '../../../diagnosis/client-pods.ts';
import { originOf } from '../../../diagnosis/through-pooler.ts';
import type { ServiceWorkload } from '../../../domain/cluster-guardrails.ts';
import { ordinarySlots } from '../../../domain/connection-limits.ts';
import { defineAudit } from '../../audit.ts';
import type { AuditFacts } from '../../facts.ts';

interface Demand {
  readonly service: ServiceWorkload;
  readonly perPod: number;
  readonly how: string;
}

export const audit = defineAudit({
  id: 'service-connections',
  system: 'kubernetes',
  title: 'Pods and pools ask for more connections than there are',
  todo: 'Lower its pool size or its number of pods',
  severity: 'high',
  why: 'At its full size the service takes every slot: it scales up in trouble, and the database is full just then.',
  falsePositives:
    'A variable that is named like a pool limit and is none, or a pool to another database. Without such a variable the most connections that a pod has now are taken, which is less than it may have.',
  holds: ['factor-5', 'action-pools', 'lesson-4'],
  needs: ['services', 'activity', 'clients'],
  check({ services, activity, clients, database }) {
    if (database.poolers.length > 0)
      return {
        doesNotApply: 'Services connect through PgBouncer; audit pool-arithmetic looks at what it opens.',
      };
    const slots = ordinarySlots(activity);
    const perPod = connectionsPerPod(activity, clients);
    const demands = services.flatMap(({ items }) => items.flatMap((service) => demandOf(service, perPod)));
    const total = demands.reduce((sum, { service, perPod: each }) => sum + each * service.mostReplicas, 0);
    if (total <= slots) return [];
    return demands
      .filter(({ service, perPod: each }) => (each * service.mostReplicas) / total >= 0.1)
      .map(({ service, perPod: each, how }) => {
        const own = each * service.mostReplicas;
        const share = Math.max(1, Math.floor((own / total) * slots));
        const fitting = Math.max(1, Math.floor(share / service.mostReplicas));
        return {
          subject: `Deployment ${service.namespace}/${service.name}`,
          evidence: `${service.mostReplicas} pods at most × ${each} connections (${how}) = ${own}; all services together ${total}, ordinary roles share ${slots}.`,
          remedy: {
            text: `Let each pod have ${fitting} at most, or the service fewer pods; or put PgBouncer in front, which lets many clients share few connections. A CONNECTION LIMIT of its role holds the others free of it (audit role-connection-limit).`,
            commands: [
              {
                label: 'setting of its pool',
                language: 'text' as const,
                text: `${service.containers.find(({ pool }) => pool !== null)?.pool?.variable ?? 'DB_POOL_MAX'}=${fitting}`,
              },
            ],
          },
        };
      });
  },
});

/** What the pods of each Deployment hold at most now, by `namespace/name`. */
function connectionsPerPod(
  activity: AuditFacts['activity'],
  clients: AuditFacts['clients'],
): ReadonlyMap<string, number> {
  const byPod = new Map<string, { deployment: string; backends: number }>();
  for (const group of activity.groups) {
    const pod = provenPod(originOf(group).address, clients);
    const deployment = pod?.owners.find(({ kind }) => kind === 'Deployment');
    if (pod === null || deployment === undefined) continue;
    const before = byPod.get(pod.uid)?.backends ?? 0;
    byPod.set(pod.uid, {
      deployment: `${pod.namespace}/${deployment.name}`,
      backends: before + group.backends,
    });
  }
  const most = new Map<string, number>();
  for (const { deployment, backends } of byPod.values())
    most.set(deployment, Math.max(most.get(deployment) ?? 0, backends));
  return most;
}

/** A pool counts for a service that is connected, or is told of a database. */
function demandOf(service: ServiceWorkload, perPod: ReadonlyMap<string, number>): Demand[] {
  const now = perPod.get(`${service.namespace}/${service.name}`) ?? 0;
  const isClient = now > 0 || service.containers.some(({ databases }) => databases.length > 0);
  const pools = service.containers.flatMap(({ pool }) => pool ?? []);
  const [first] = pools;
  if (!isClient) return [];
  if (first !== undefined)
    return [
      {
        service,
        perPod: Math.max(
          now,
          pools.reduce((sum, { size }) => sum + size, 0),
        ),
        how: `${first.variable} says so`,
      },
    ];
  return now === 0 ? [] : [{ service, perPod: now, how: 'the most that one of its pods has now' }];
}
