import { DATABASE } from '../../support/rig/install.ts';
import type { StateOf } from '../fault.ts';
import type { Scene } from '../world/scene.ts';
import type { World } from '../world.ts';
import { serviceName } from './alerts.ts';

export const STORM_TOKEN = 'token-of-the-storm';
/** Steps of each incident: enough to click through during a storm. */
const CLICKS = 20;

/**
 * A Firebreak that monitors so many databases, of which only the one that a person works on answers: the others refuse
 * every connection, as in an outage of a whole network.
 */
export async function openStorm(world: World, state: StateOf, services: number): Promise<Scene> {
  const steps = Array.from({ length: CLICKS }, (_, index) => ({
    id: `look-${index + 1}`,
    kind: 'postgres.list-queries',
    title: 'List the long queries',
    confirm: 'one',
    byHand: 'Look at pg_stat_activity.',
  }));
  const refused = Array.from({ length: services }, (_, index) => ({
    name: serviceName(index),
    url: { env: 'REFUSED_URL' },
  }));
  return world.fresh({
    state,
    steps,
    batch: false,
    config: {
      alerts: {
        sources: [
          { name: 'storm', format: 'alertmanager', bearer: { env: 'STORM_TOKEN' }, rateLimit: null },
          { name: 'checks', format: 'generic', bearer: { env: 'CHECKS_TOKEN' }, rateLimit: null },
        ],
      },
      databases: [{ name: DATABASE, cores: 2, url: { env: 'ORDERS_URL' } }, ...refused],
    },
    env: { STORM_TOKEN, REFUSED_URL: 'postgresql://nobody@127.0.0.1:1/nothing' },
  });
}

/** Where the storm goes now: the process that runs. */
export function stormUrl(scene: Scene): string | null {
  const url = scene.running().flatMap((process) => process.httpUrl() ?? [])[0];
  return url === undefined ? null : `${url}/alerts/storm`;
}
