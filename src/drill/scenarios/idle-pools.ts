import type { Scenario } from '../scenario.ts';
import { slotSymptom } from '../stage/measure.ts';

const SERVICES = ['accounts', 'catalog', 'delivery', 'search', 'support'];
/** Share of the slots that the pools of all of them take together. */
const TAKEN = 0.7;
/** Their sessions end by themselves after this; long enough to be diagnosed, short enough to wait for. */
const IDLE_TIMEOUT = '45s';

/** A rush has made the pools of several services grow; none is too big by itself, and nobody is to blame. */
export const scenario: Scenario = {
  id: 'idle-pools',
  title: 'The idle pools of several services fill the slots together, until their idle timeout',
  alert: 'CNPGClusterHighConnectionsCritical',
  needs: {},
  expected: () => ({ cause: 'idle-pools', culprit: null, actions: [], guilty: [] }),
  async provoke({ shape: { names, size }, deployment }) {
    const sessions = Math.round((TAKEN * size.maxConnections) / SERVICES.length);
    for (const [index, service] of SERVICES.entries()) {
      const name = `${names.other}-${service}`;
      await deployment({
        namespace: names.services,
        name,
        program: {
          role: `${names.otherRole}_${index + 1}`,
          application: name,
          sessions,
          steps: [`set idle_session_timeout = '${IDLE_TIMEOUT}'`, 'select 1'],
          afterwards: 'hold',
          onError: 'forget',
          direct: true,
        },
      });
    }
  },
  symptom: slotSymptom,
};
