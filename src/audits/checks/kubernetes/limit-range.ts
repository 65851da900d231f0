import { defineAudit } from '../../audit.ts';
import { manifest } from '../../yaml-patch.ts';

export const audit = defineAudit({
  id: 'limit-range',
  system: 'kubernetes',
  title: 'Namespace without default limits',
  todo: 'Set a LimitRange with default limits',
  severity: 'medium',
  why: 'A container that says nothing about CPU and memory gets as much as its node has.',
  falsePositives:
    'Where every container states its own limits, as a policy engine may enforce, none are needed: suppress it.',
  step: 'kubernetes.set-quota',
  holds: ['factor-2', 'lesson-3'],
  needs: ['containerDefaults'],
  check({ containerDefaults }) {
    return containerDefaults
      .filter(({ items }) => !items.some(({ limits }) => 'cpu' in limits || 'memory' in limits))
      .map(({ namespace, items }) => ({
        subject: `namespace ${namespace}`,
        evidence:
          items.length === 0
            ? 'It has no LimitRange for containers.'
            : `Its LimitRange (${items.map(({ name }) => name).join(', ')}) gives containers no default limit.`,
        remedy: {
          text: 'Give containers a default that suits a small one; larger ones state their own. It reaches new pods only.',
          commands: [
            manifest(
              `apiVersion: v1\nkind: LimitRange\nmetadata: { name: firebreak-defaults, namespace: ${namespace} }\nspec:\n  limits:\n    - type: Container\n      default: { cpu: 500m, memory: 512Mi }\n      defaultRequest: { cpu: 100m, memory: 128Mi }`,
            ),
          ],
        },
      }));
  },
});
