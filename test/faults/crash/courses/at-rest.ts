import { setTimeout as delay } from 'node:timers/promises';
import type { Facts } from '../../world/facts.ts';
import type { Scene } from '../../world/scene.ts';

const LOOK_MS = 250;
const PATIENCE_MS = 200_000;

/** Looks at the facts until they are as they should be; what cannot be read, while a state comes up again, is looked at later. */
export async function atRest(scene: Scene, what: string, isIt: (facts: Facts) => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const facts = await scene.facts().catch(() => null);
    if (facts !== null && isIt(facts)) return;
    if (Date.now() > deadline)
      throw new Error(`It did not come to pass: ${what}.\n${told(facts)}\n${scene.explain()}`);
    await delay(LOOK_MS);
  }
}

function told(facts: Facts | null): string {
  if (facts === null) return 'The state could not be read.';
  const { entries, messages } = facts;
  return [
    ...entries.map(({ stream, event }) => `${stream}: ${event.type}`),
    ...messages.map(({ key, text }) => `${key}: ${text}`),
  ].join('\n');
}
