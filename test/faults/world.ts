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
    const victim = await startSmallVictim();
    if (stack.disposed) return await givenUp(victim);
    stack.use(victim);
    // Servers that are started later, for the first scene that needs them, end after the scenes.
    const states = createStates(stack.use(new AsyncDisposableStack()));
    const scenes = new Set<Promise<Scene>>();
    stack.defer(async () => {
      await Promise.allSettled([...scenes].map(async (scene) => (await scene)[Symbol.asyncDispose]()));
    });
    worlds.push({
      victim,
      states,
      async fresh(options) {
        if (stack.disposed) throw new Error(OVER);
        const opening = openScene({ victim, states, cacheDirectory }, options).then(endingOnce);
        scenes.add(opening);
        return await opening;
      },
    });
  }
  return worlds;
}

const OVER = 'The run was broken off.';

async function givenUp(victim: Victim): Promise<never> {
  await victim[Symbol.asyncDispose]();
  throw new Error(OVER);
}

/** A run that is stopped ends the scenes of its faults too, which may end them themselves afterwards. */
function endingOnce(scene: Scene): Scene {
  const end = scene[Symbol.asyncDispose].bind(scene);
  let ending: Promise<void> | undefined;
  return Object.assign(scene, {
    [Symbol.asyncDispose]: async (): Promise<void> => {
      ending ??= Promise.resolve(end());
      return await ending;
    },
  });
}

/** The world of a lane. */
export function worldOf(worlds: readonly World[], lane: number): World {
  const world = worlds[lane];
  if (world === undefined) throw new Error(`There is no lane ${lane}.`);
  return world;
}
