import type { ContainerFacts } from '../../../domain/cluster-guardrails.ts';
import { defineAudit } from '../../audit.ts';
import { cronJobPatch } from '../../yaml-patch.ts';

const RESOURCES = ['cpu', 'memory'] as const;

export const audit = defineAudit({
  id: 'batch-resources',
  system: 'kubernetes',
  title: 'Batch container without requests or limits',
  todo: 'Set requests and limits for its containers',
  severity: 'high',
  why: 'The job that caused the outage of 2024-11-15 was deployed so: nothing bounds it, and the scheduler cannot place it well.',
  falsePositives:
    'CPU limits are left out on purpose by some, since they slow a container down when nobody else wants the CPU: suppress it for these CronJobs. Defaults of a LimitRange count as stated.',
  holds: ['cause', 'lesson-3'],
  needs: ['batches', 'containerDefaults'],
  check({ batches, containerDefaults }) {
    return batches.flatMap(({ namespace, items }) => {
      const defaults = containerDefaults.find((list) => list.namespace === namespace)?.items ?? [];
      const given = (kind: 'requests' | 'limits', resource: string) =>
        defaults.some((one) => resource in one[kind]);
      const missingOf = ({ requests, limits }: ContainerFacts) => [
        ...RESOURCES.filter((resource) => !(resource in requests) && !given('requests', resource)).map(
          (resource) => `requests.${resource}`,
        ),
        ...RESOURCES.filter((resource) => !(resource in limits) && !given('limits', resource)).map(
          (resource) => `limits.${resource}`,
        ),
      ];
      return items.flatMap((cronJob) => {
        const bad = cronJob.containers
          .map((container) => ({ container, missing: missingOf(container) }))
          .filter(({ missing }) => missing.length > 0);
        if (bad.length === 0) return [];
        return [
          {
            subject: `CronJob ${namespace}/${cronJob.name}`,
            evidence: `${bad.map(({ container, missing }) => `Container ${container.name} states no ${missing.join(', ')}`).join('; ')}${cronJob.parallelism > 1 ? `; ${cronJob.parallelism} pods run at once` : ''}.`,
            remedy: {
              text: 'State what it uses when it runs well, and a limit above. A JSON merge patch would replace the list of containers, so this one is a strategic merge.',
              commands: [
                cronJobPatch(
                  cronJob,
                  {
                    jobTemplate: {
                      spec: {
                        template: {
                          spec: {
                            containers: bad.map(({ container }) => ({
                              name: container.name,
                              resources: {
                                requests: { cpu: '250m', memory: '256Mi', ...container.requests },
                                limits: { cpu: '1', memory: '1Gi', ...container.limits },
                              },
                            })),
                          },
                        },
                      },
                    },
                  },
                  cronJob.gitops?.tool ?? null,
                  'strategic',
                ),
              ],
            },
          },
        ];
      });
    });
  },
});
