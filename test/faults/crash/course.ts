import type { Findings } from '../fault.ts';
import type { Scene, SceneOptions } from '../world/scene.ts';
import type { World } from '../world.ts';

/** How often each thing of the world was changed. */
export type Effects = Readonly<Record<string, number>>;

/** What goes on while the process dies: an incident, or something that nobody needs at three in the morning. */
export interface Course {
  /** What the scene is made of besides its state. */
  readonly scene: Omit<SceneOptions, 'state'>;
  /** The folder of the sources that run, where they are not the project's own. */
  readonly sources?: string;
  /**
   * Whether, on an external state, a second replica is there already when the process dies. Which of the two dies is
   * which comes to the boundary first.
   */
  readonly standby?: boolean;
  /** Puts the victim of the lane into the state that the course begins with. */
  prepare(world: World): Promise<void>;
  /** Starts it, takes the part of the people in it, and resolves when it is over. */
  play(scene: Scene): Promise<unknown>;
  /** Judges what was found at rest. */
  inspect(scene: Scene, outcome: string): Promise<Findings>;
  /** What was done to the world; a kill changes nothing about it. */
  effects(scene: Scene): Promise<Effects>;
}

/** What differs from the run without a fault: more is an effect that happened again. A sentence for each. Pure. */
export function differing(whole: Effects, found: Effects): { twice: string[]; missing: string[] } {
  const names = [...new Set([...Object.keys(whole), ...Object.keys(found)])];
  const told = (isIt: (before: number, now: number) => boolean) =>
    names
      .filter((name) => isIt(whole[name] ?? 0, found[name] ?? 0))
      .map((name) => `${name}: ${found[name] ?? 0} instead of ${whole[name] ?? 0}.`);
  return { twice: told((before, now) => now > before), missing: told((before, now) => now < before) };
}
