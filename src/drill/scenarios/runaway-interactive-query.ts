import type { Scenario } from '../scenario.ts';
import { burn } from '../stage/burn.ts';
import { cpuSymptom } from '../stage/measure.ts';

/** A person runs a join without a condition, in several tabs; no pod, no CronJob, no service. */
export const scenario: Scenario = {
  id: 'runaway-interactive-query',
  title: 'A person at a desk runs a query that never ends, in several windows',
  alert: 'PostgresqlHighCpu',
  needs: {},
  expected: ({ names }) => ({
    cause: 'runaway-interactive-query',
    culprit: `person ${names.person}`,
    actions: ['postgres.kill-queries'],
    guilty: [{ role: names.person }],
  }),
  async provoke({ shape: { names, size }, person, defer }) {
    for (let window = 1; window <= size.sessionsPerPod + 1; window++) {
      const client = await person({ role: names.person, application: names.terminal });
      const asked = client.query(burn(names.busyTable)).catch(() => undefined);
      defer(() => void asked);
    }
  },
  symptom: cpuSymptom,
};
