import { type Family, type Fault, spread } from '../fault.ts';
import { clicksElsewhere, deathWhileWaiting } from '../replicas/clicks.ts';
import { secondOnEmbedded } from '../replicas/embedded.ts';
import { inKill, inProof, inSuspension, inWatch, MOMENTS } from '../replicas/moments.ts';
import { rollingUpgrade } from '../replicas/rolling-upgrade.ts';
import { type Plot, takeOver } from '../replicas/take-over.ts';
import { openWorlds, worldOf } from '../world.ts';

const LANES = 2;

const PLOTS: readonly Plot[] = [
  // The longest first, so that the lanes end together.
  { replicas: 2, moment: inSuspension, blow: 'SIGSTOP' },
  { replicas: 2, moment: inKill, blow: 'SIGSTOP' },
  ...MOMENTS.map((moment): Plot => ({ replicas: 2, moment, blow: 'kill -9' })),
  { replicas: 3, moment: inKill, blow: 'kill -9' },
  { replicas: 3, moment: inWatch, blow: 'kill -9' },
  { replicas: 2, moment: inKill, blow: 'SIGTERM' },
  { replicas: 2, moment: inWatch, blow: 'SIGTERM' },
  { replicas: 2, moment: inKill, blow: 'its lock session ends' },
  { replicas: 2, moment: inProof, blow: 'its lock session ends' },
  { replicas: 2, moment: inKill, blow: 'all are killed' },
];

/** Several replicas on one state: whoever is at work goes, and the others go on. */
export const replicas: Family = {
  name: 'replicas',
  lanes: LANES,
  async open(stack, { sample }) {
    const worlds = await openWorlds(stack, LANES);
    const plots = PLOTS.map(
      (plot): Fault => ({
        fault: `${plot.blow} (${plot.replicas} replicas)`,
        boundary: plot.moment.name,
        state: 'postgres',
        run: async (lane) => takeOver(worldOf(worlds, lane), plot),
      }),
    );
    const others: Fault[] = [
      {
        fault: 'kill -9 (2 replicas)',
        boundary: 'while a person thinks',
        state: 'postgres',
        run: async (lane) => deathWhileWaiting(worldOf(worlds, lane)),
      },
      {
        fault: 'clicks go to the other replica',
        boundary: 'before and in the middle of an effect',
        state: 'postgres',
        run: async (lane) => clicksElsewhere(worldOf(worlds, lane)),
      },
      {
        fault: 'rolling upgrade, each version killed in turn',
        boundary: 'in the suspension, the kill and the watch',
        state: 'postgres',
        run: async (lane) => rollingUpgrade(worldOf(worlds, lane)),
      },
      {
        fault: 'a second replica',
        boundary: 'on the embedded state of the first',
        state: 'embedded',
        run: async (lane) => secondOnEmbedded(worldOf(worlds, lane)),
      },
    ];
    return spread([...others, ...plots], sample);
  },
};
