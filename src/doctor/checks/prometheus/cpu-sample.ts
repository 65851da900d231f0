import { defineCheck, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'cpu-sample',
  kind: 'prometheus',
  title: 'A fresh CPU sample',
  purpose: 'Know the load of the last two minutes.',
  without: 'The CPU is estimated from the sessions.',
  check({ cpu }) {
    if (cpu !== null) return ok('younger than 2 minutes');
    return {
      status: 'missing',
      found: 'cpuQuery gives no number, or one that is older than 2 minutes.',
      remedy: inWords(
        'Run prometheus.cpuQuery in Prometheus itself. It has to give one value; look at the labels, and whether the host is scraped.',
      ),
    };
  },
});
