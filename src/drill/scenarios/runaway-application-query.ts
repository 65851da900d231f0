import type { Scenario } from '../scenario.ts';
import { burn } from '../stage/burn.ts';
import { cpuSymptom } from '../stage/measure.ts';

/** A route of a service runs a statement that never ends, once for each request; its Deployment is well otherwise. */
export const scenario: Scenario = {
  id: 'runaway-application-query',
  title: 'A service runs a statement that never ends, once for each request',
  alert: 'PostgresqlHighCpu',
  needs: {},
  expected: ({ names }) => ({
    cause: 'runaway-application-query',
    culprit: `Deployment ${names.services}/${names.other}`,
    actions: ['postgres.kill-queries'],
    guilty: [{ role: names.otherRole }],
  }),
  async provoke({ shape: { names, size }, deployment }) {
    await deployment({
      namespace: names.services,
      name: names.other,
      pods: size.pods,
      program: {
        role: names.otherRole,
        application: names.other,
        sessions: size.sessionsPerPod,
        steps: [burn(names.busyTable)],
        // Each request comes once: a client whose statement was cancelled does not ask again.
        afterwards: 'hold',
        onError: 'hold',
        tags: { route: names.route, controller: names.other },
      },
    });
  },
  symptom: cpuSymptom,
};
