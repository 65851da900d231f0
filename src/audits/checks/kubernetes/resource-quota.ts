import { formatCount } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';
import { manifest } from '../../yaml-patch.ts';

/** Resources of which at least one has to be bounded, as each bounds how much can run at once. */
const BOUNDING = ['limits.cpu', 'requests.cpu', 'cpu', 'limits.memory', 'requests.memory', 'memory', 'pods'];

export const audit = defineAudit({
  id: 'resource-quota',
  system: 'kubernetes',
  title: 'Namespace without ResourceQuota',
  todo: 'Set a ResourceQuota',
  severity: 'high',
  why: 'Nothing bounds how many pods a batch may start, and each of them opens connections to the database.',
  falsePositives:
    'A cluster that bounds namespaces otherwise, such as by node pools or a policy engine: suppress it and name that.',
  step: 'kubernetes.set-quota',
  holds: ['factor-2', 'action-quota'],
  needs: ['quotas', 'batches'],
  check({ quotas, batches }) {
    return quotas
      .filter(({ items }) => !items.some(({ hard }) => BOUNDING.some((resource) => resource in hard)))
      .map(({ namespace, items }) => {
        const cronJobs = batches.find((list) => list.namespace === namespace)?.items;
        return {
          subject: `namespace ${namespace}`,
          evidence: `${items.length === 0 ? 'It has no ResourceQuota' : `${formatCount(items.length, 'ResourceQuota')} (${items.map(({ name }) => name).join(', ')}), none for CPU, memory or pods`}${cronJobs === undefined ? '' : `, and ${formatCount(cronJobs.length, 'CronJob')}`}.`,
          remedy: {
            text: 'Bound it somewhat above what it uses at its best. With limits.* in the quota, pods without limits are refused: add a LimitRange first (audit limit-range). It reaches new pods only.',
            commands: [
              manifest(
                `apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: firebreak-bounds, namespace: ${namespace} }\nspec:\n  hard:\n    requests.cpu: "4"\n    limits.cpu: "8"\n    requests.memory: 8Gi\n    limits.memory: 16Gi\n    pods: "20"`,
              ),
            ],
          },
        };
      });
  },
});
