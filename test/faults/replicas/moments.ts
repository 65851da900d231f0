import { until } from '../../slack/sandbox-control.ts';
import type { Scene } from '../world/scene.ts';
import type { StateView } from './state-view.ts';

/** A place in the run of the quick runbook at which a replica is at work. */
export interface Moment {
  readonly name: string;
  /** Called before the incident begins. */
  prepare?(scene: Scene): Promise<void>;
  /** Resolves when it has come. */
  reached(scene: Scene, view: StateView): Promise<unknown>;
}

const PATIENCE_MS = 60_000;
/** How long the API server takes for the first patch of the suspension, which is the dry run. */
const SLOW_PATCH_MS = 1_500;

export const inSuspension: Moment = {
  name: 'between the intent and the suspension',
  async prepare({ cluster }) {
    const fault = { path: '/cronjobs/', method: 'PATCH', delayMs: SLOW_PATCH_MS };
    const answer = await fetch(`${cluster.sandbox.url}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify(fault),
    });
    if (!answer.ok) throw new Error(`The fault was not taken: ${await answer.text()}`);
  },
  reached: (_scene, view) => view.entry('effect.intended', 'suspend'),
};

export const inKill: Moment = {
  name: 'in the middle of the kill',
  reached: async (scene) =>
    until(
      'two sessions were cancelled',
      async () => (await scene.facts()).signals.filter(({ what }) => what === 'cancelled').length >= 2,
      PATIENCE_MS,
    ),
};

export const inProof: Moment = {
  name: 'while it proves that nothing came back',
  reached: (_scene, view) => view.entry('effect.completed', 'kill'),
};

export const inWatch: Moment = {
  name: 'while it watches the recovery',
  reached: (_scene, view) => view.entry('effect.completed', 'watch'),
};

export const MOMENTS = [inSuspension, inKill, inProof, inWatch];
