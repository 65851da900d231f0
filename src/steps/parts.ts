import type { Verdict } from '../domain/outcome.ts';
import type { OutcomeOf } from './step-kind.ts';

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

/** What a look at each target found. */
export interface Looked {
  readonly evidence: readonly string[];
  /** Targets that are not as they should be. */
  readonly wrong: readonly string[];
  /** Targets that could not be read. */
  readonly unread: readonly string[];
}

/** The verdict on targets that were looked at one by one; `situation` tells more where it is not passed. */
export function verdictOf(
  { evidence, wrong, unread }: Looked,
  situation: () => NonNullable<Verdict['situation']>,
): Verdict {
  const status = wrong.length > 0 ? 'failed' : unread.length > 0 ? 'inconclusive' : 'passed';
  return {
    status,
    evidence: `${[...wrong, ...unread, ...evidence].join('; ')}.`,
    series: [],
    milestone: null,
    goBackTo: null,
    ...(status === 'passed' ? {} : { situation: situation() }),
  };
}
