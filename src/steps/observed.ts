import type { Table } from '../domain/outcome.ts';
import type { Draft, OutcomeOf } from './step-kind.ts';

/** Why a step that only reads has no undo. */
export const onlyReads = { impossible: 'Not needed: it only reads.' } as const;

/** Joins sentences with semicolons, without their full stops. */
export function inOneSentence(sentences: readonly string[]): string {
  return sentences.map((sentence) => sentence.replace(/\.+$/, '')).join('; ');
}

/** The part of a plan that is the same for every step that only reads. */
export function readingPlan(parts: Pick<Draft<never>, 'summary' | 'commands' | 'warnings'>): Draft<never> {
  return {
    ...parts,
    impact: 'None: it only reads, each statement with a timeout.',
    undo: onlyReads.impossible,
    targets: [],
    excluded: [],
    choices: [],
    nothingToDo: null,
  };
}

/** An outcome of reading: no targets were acted on. */
export function readingOutcome<D>(
  parts: Pick<OutcomeOf<D>, 'summary' | 'facts' | 'data'> & {
    table?: Table;
    causes?: OutcomeOf<D>['causes'];
  },
): OutcomeOf<D> {
  return {
    summary: parts.summary,
    facts: parts.facts,
    data: parts.data,
    done: [],
    skipped: [],
    table: parts.table ?? null,
    causes: parts.causes ?? [],
  };
}
