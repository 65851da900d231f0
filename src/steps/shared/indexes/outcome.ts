import { z } from 'zod';
import { IndexSpec } from '../../../domain/index-build.ts';
import type { OutcomeOf } from '../../step-kind.ts';

/** Data of the outcome of the step kind that builds indexes. */
export const BuiltIndexes = z.object({ built: z.array(IndexSpec) });
export type BuiltIndexes = z.infer<typeof BuiltIndexes>;

/** What became of each target, as people read it. */
export interface Done {
  readonly target: string;
  readonly detail: string;
}

/** An outcome of done and skipped parts. */
export function outcomeOf<D>(
  done: Done[],
  skipped: { target: string; reason: string }[],
  data: D,
): OutcomeOf<D> {
  return {
    summary:
      done.length === 0
        ? 'Nothing was changed. Below is why.'
        : `${done.map(({ target, detail }) => `${target}: ${detail}`).join('; ')}.`,
    done,
    skipped,
    facts: [],
    table: null,
    causes: [],
    data,
  };
}
