import type { Verdict } from '../domain/outcome.ts';
import type { Draft, OutcomeOf } from './step-kind.ts';

/** Said wherever a start time shows that a restart or a failover came between plan and act. */
export const OTHER_SERVER = 'Another server answers than the one that was read.';

/** What a plan looked at and left alone, and why. */
export type Excluded = Draft<never>['excluded'];

/** A draft of which only what is given is not empty. */
export function draftOf<T>(
  parts: Pick<Draft<T>, 'summary' | 'impact' | 'undo'> & Partial<Draft<T>>,
): Draft<T> {
  return {
    warnings: [],
    targets: [],
    excluded: [],
    choices: [],
    commands: [],
    nothingToDo: null,
    ...parts,
  };
}

/** Why each was left alone, as sentences: the reason of a step that finds nothing else to do. */
export function reasonsOf(excluded: Excluded): string {
  return excluded.map(({ label, reason }) => `${label}: ${reason}`).join(' ');
}

export type Done = OutcomeOf<never>['done'][number];
export type Skipped = OutcomeOf<never>['skipped'][number];

/** An outcome of which only what is given is not empty. */
export function outcomeOf<D>(
  parts: Pick<OutcomeOf<D>, 'summary' | 'data'> & Partial<OutcomeOf<D>>,
): OutcomeOf<D> {
  return { done: [], skipped: [], facts: [], table: null, causes: [], ...parts };
}

/** The outcome of targets that were acted on one by one; the done ones are its summary. */
export function outcomeOfEach<D>(done: Done[], skipped: Skipped[], data: D): OutcomeOf<D> {
  const summary =
    done.length === 0
      ? 'Nothing was changed. Below is why.'
      : `${done.map(({ target, detail }) => `${target}: ${detail}`).join('; ')}.`;
  return outcomeOf({ summary, done, skipped, data });
}

/** A verdict without a line over time, a milestone or a step to go back to. */
export function verdictOf(status: Verdict['status'], evidence: string): Verdict {
  return { status, evidence, series: [], milestone: null, goBackTo: null };
}

/** What a look at each target found. */
export interface Looked {
  readonly evidence: readonly string[];
  /** Targets that are not as they should be. */
  readonly wrong: readonly string[];
  /** Targets that could not be read. */
  readonly unread: readonly string[];
}

/** The verdict on targets that were looked at one by one; `situation` tells more where it is not passed. */
export function verdictOnEach(
  { evidence, wrong, unread }: Looked,
  situation: () => NonNullable<Verdict['situation']>,
): Verdict {
  const status = wrong.length > 0 ? 'failed' : unread.length > 0 ? 'inconclusive' : 'passed';
  return {
    ...verdictOf(status, `${[...wrong, ...unread, ...evidence].join('; ')}.`),
    ...(status === 'passed' ? {} : { situation: situation() }),
  };
}
