import { defineCheck, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'api-versions',
  kind: 'kubernetes',
  title: 'APIs that are served',
  purpose: 'Speak versions of the API that this cluster has.',
  without: 'Requests of that kind fail, whatever the rights are.',
  check({ notServed }) {
    if (notServed.length === 0) return ok('all that Firebreak uses');
    return {
      status: 'missing',
      found: `Not served: ${notServed.join(', ')}.`,
      remedy: inWords('Use a cluster of Kubernetes 1.25 or newer, with these APIs switched on.'),
    };
  },
});
