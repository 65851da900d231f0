import { rm } from 'node:fs/promises';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';
import { startSmallVictim, type Victim } from '../support/rig/victim.ts';
import { openScene, type Scene, type SceneOptions } from './world/scene.ts';
import { createStates, type States } from './world/state-of-lane.ts';

/** What the faults of one lane share. */
export interface World {
  readonly victim: Victim;
  /** Where external states live; `states.server()` is the PostgreSQL of this lane. */
  readonly states: States;
  /** A clean slate for one fault. The one before must be disposed of. */
  fresh(options: SceneOptions): Promise<Scene>;
}

/** Opens the worlds of so many lanes; they end with the stack. */
export async function openWorlds(stack: AsyncDisposableStack, lanes: number): Promise<readonly World[]> {
  const cacheDirectory = temporaryDirectory();
  stack.defer(async () => rm(cacheDirectory, { recursive: true, force: true }));
  const worlds: World[] = [];
  for (let lane = 0; lane < lanes; lane += 1) {
    const victim = stack.use(await startSmallVictim());
    const states = createStates(stack);
    worlds.push({
      victim,
      states,
      fresh: async (options) => openScene({ victim, states, cacheDirectory }, options),
    });
  }
  return worlds;
}

/** The world of a lane. */
export function worldOf(worlds: readonly World[], lane: number): World {
  const world = worlds[lane];
  if (world === undefined) throw new Error(`There is no lane ${lane}.`);
  return world;
}
