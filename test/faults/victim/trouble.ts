import { type Fault, type Findings, held, type StateOf } from '../fault.ts';
import type { Allowed } from '../world/double-effects.ts';
import { ONCE } from '../world/judge.ts';
import type { SceneOptions } from '../world/scene.ts';
import type { World } from '../world.ts';
import { openStage, type Stage } from './stage.ts';

/** One trouble of a monitored system at one place of a run. */
export interface Trouble {
  readonly fault: string;
  readonly boundary: string;
  readonly scene?: Omit<SceneOptions, 'state'>;
  readonly allowed?: Partial<Allowed>;
  /**
   * Brings the trouble about, and ends it when the card has said what it must: each text is looked for on the card
   * that the trouble leads to. Throws what is missing.
   */
  run(stage: Stage, world: World): Promise<void>;
}

/** As a fault of the matrix: afterwards the run goes on to its end, and everything is whole. */
export function asFault(trouble: Trouble, state: StateOf, worldOf: (lane: number) => World): Fault {
  return {
    fault: trouble.fault,
    boundary: trouble.boundary,
    state,
    async run(lane): Promise<Findings> {
      const world = worldOf(lane);
      await using stage = await openStage(world, state, trouble.scene);
      await trouble.run(stage, world);
      const began = performance.now();
      await stage.scene.responder.untilClosed({ clicks: ['step.run', 'step.retry'], patienceMs: 120_000 });
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      const outcome = held(`told; went on and closed ${seconds} s after it was over`).outcome;
      return await stage.scene.inspect(outcome, { ...ONCE, ...trouble.allowed });
    },
  };
}

/** Throws when a card lacks one of these. */
export function mustSay(card: string, ...texts: (string | RegExp)[]): void {
  const missing = texts.filter((text) =>
    typeof text === 'string' ? !card.includes(text) : !text.test(card),
  );
  if (missing.length > 0) throw new Error(`The card does not say ${missing.join(' | ')}. It says: ${card}`);
}
