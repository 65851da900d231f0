import type { Scenario } from '../scenario.ts';
import { slotSymptom } from '../stage/measure.ts';

/** Share of the slots that the leak takes. */
const LEAKED = 0.7;

/** A service opens a connection for each request and never gives it back; there is no earlier revision to go back to. */
export const scenario: Scenario = {
  id: 'connection-leak',
  title: 'A service opens connections and forgets them',
  alert: 'PostgreSQLHighConnections',
  // A connection is forgotten when it has been idle for longer than pools at work leave one.
  needs: { holdsMs: 33_000 },
  expected: ({ names }) => ({
    cause: 'connection-leak',
    culprit: `Deployment ${names.services}/${names.other}`,
    actions: ['postgres.terminate-idle'],
    guilty: [{ role: names.otherRole }],
  }),
  async provoke({ shape: { names, size }, deployment }) {
    await deployment({
      namespace: names.services,
      name: names.other,
      program: {
        role: names.otherRole,
        application: names.other,
        sessions: Math.round(LEAKED * size.maxConnections),
        steps: ['select 1'],
        afterwards: 'hold',
        onError: 'forget',
        direct: true,
      },
    });
  },
  symptom: slotSymptom,
};
