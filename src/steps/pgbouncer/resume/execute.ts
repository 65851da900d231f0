import { describeError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import { outcomeOf } from '../../parts.ts';
import type { ApprovedResume, Ctx, ResumeOutcome, ResumeTarget } from './contract.ts';

interface Answered {
  readonly target: ResumeTarget;
  readonly answer: 'resumed' | 'not paused any more' | null;
  /** Why it was not resumed, or null. */
  readonly problem: string | null;
}

/** One RESUME for each; what is not paused any more is said so and is no failure. */
export async function executeResume(ctx: Ctx, { targets }: ApprovedResume): Promise<ResumeOutcome> {
  const answers: Answered[] = [];
  for (const target of targets) {
    ctx.signal.throwIfAborted();
    try {
      const answer = await ctx.ports.poolers.resume(ctx.incident.database, target.identity, ctx.signal);
      answers.push({ target, answer: answer === 'resumed' ? answer : 'not paused any more', problem: null });
    } catch (error) {
      ctx.signal.throwIfAborted();
      answers.push({ target, answer: null, problem: describeError(error).message });
    }
  }
  return resumeOutcome(answers);
}

export function resumeOutcome(answers: readonly Answered[]): ResumeOutcome {
  const done = answers.flatMap(({ target, answer }) =>
    answer === null ? [] : [{ target: target.id, detail: answer }],
  );
  return outcomeOf({
    summary: `${done.length} of ${formatCount(answers.length, 'pause')} ended.`,
    done,
    skipped: answers.flatMap(({ target, problem }) =>
      problem === null ? [] : [{ target: target.id, reason: problem }],
    ),
    data: { resumed: done.map(({ target }) => target) },
  });
}
