import { startEmbeddedVictim } from './embedded-victim.ts';
import { startExternalVictim } from './external-victim.ts';
import type { StartVictimOptions, Victim } from './victim.ts';

/** Sets up the servers and the data of a drill: embedded ones, or a database of its own on the user's server. */
export function startVictim(options: StartVictimOptions): Promise<Victim> {
  const { existingUrl } = options;
  return existingUrl === undefined
    ? startEmbeddedVictim(options)
    : startExternalVictim({ ...options, existingUrl });
}
