import { draftOf } from './parts.ts';
import type { Draft } from './step-kind.ts';

/** Why a step that only reads has no undo. */
export const onlyReads = { impossible: 'Not needed: it only reads.' } as const;

/** Joins sentences with semicolons, without their full stops. */
export function inOneSentence(sentences: readonly string[]): string {
  return sentences.map((sentence) => sentence.replace(/\.+$/, '')).join('; ');
}

/** The part of a plan that is the same for every step that only reads. */
export function readingPlan(
  parts: Pick<Draft<never>, 'summary' | 'commands'> & { warnings?: string[] },
): Draft<never> {
  return draftOf({
    ...parts,
    impact: 'None: it only reads, each statement with a timeout.',
    undo: onlyReads.impossible,
  });
}
