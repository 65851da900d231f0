import { currentRun, type Incident, type Run, type StepAttempt } from '../../domain/incident.ts';
import type { ChatMessage } from '../../ports/state.ts';
import type { CardInput } from '../blocks/card-input.ts';
import { hasMoreQueries } from '../blocks/explain-modal.ts';
import { doesNotFit, statementsOf } from '../blocks/statements.ts';
import { cardTitle } from '../blocks/step-card.ts';
import { leavesOut } from '../blocks/table-block.ts';
import { targetTable } from '../blocks/target-table.ts';
import { cardKey } from '../outbox/messages-of.ts';
import { planText, resultText } from './details-text.ts';
import { NONE } from './none.ts';

/** What a card and its windows cannot show whole, as a file for the thread. */
export interface Details {
  /** The key of its row. */
  readonly key: string;
  readonly name: string;
  readonly title: string;
  /** The whole, as plain text. */
  readonly write: () => string;
}

/** The key of the row of the file with the whole of a plan. Another plan is another file: people decide on one of them. */
function planFileKey(run: Run, attempt: StepAttempt): string {
  return `details:${cardKey(run, attempt)}:${attempt.hash?.slice(0, 8) ?? ''}`;
}

/** The key of the row of the file with the whole of what was found. */
function resultFileKey(run: Run, attempt: StepAttempt): string {
  return `details:${cardKey(run, attempt)}:result`;
}

/** Which parts of a try are in the thread as files, by the rows of the messages. */
export function filedIn(
  rows: readonly ChatMessage[],
): (run: Run, attempt: StepAttempt) => CardInput['filed'] {
  const there = new Set(rows.flatMap(({ key, ts }) => (ts === null || ts === NONE ? [] : [key])));
  return (run, attempt) => ({
    plan: there.has(planFileKey(run, attempt)),
    result: there.has(resultFileKey(run, attempt)),
  });
}

/** The files that the present run of an open incident needs. Pure. */
export function detailsOf(incident: Incident): Details[] {
  const run = currentRun(incident);
  if (run === undefined || incident.status === 'closed') return [];
  return run.attempts.flatMap((attempt) => [
    ...planDetails(incident, run, attempt),
    ...resultDetails(incident, run, attempt),
  ]);
}

function planDetails({ id }: Incident, run: Run, attempt: StepAttempt): Details[] {
  const { plan, hash, step } = attempt;
  if (plan === null || hash === null || plan.nothingToDo !== null) return [];
  const isWhole =
    !leavesOut(targetTable(plan, [])) && !doesNotFit(statementsOf(plan)) && !hasMoreQueries(plan.targets);
  if (isWhole) return [];
  const short = hash.slice(0, 8);
  const title = `${cardTitle(run, attempt)}: the whole plan ${short}`;
  return [
    {
      key: planFileKey(run, attempt),
      name: `${id}-${step.id}-${attempt.attempt}-plan-${short}.txt`,
      title,
      write: () => planText(`${id} · ${title}`, attempt, plan),
    },
  ];
}

function resultDetails({ id }: Incident, run: Run, attempt: StepAttempt): Details[] {
  const table = attempt.outcome?.table ?? null;
  if (table === null || !leavesOut(table)) return [];
  const title = `${cardTitle(run, attempt)}: the whole table`;
  return [
    {
      key: resultFileKey(run, attempt),
      name: `${id}-${attempt.step.id}-${attempt.attempt}-table.txt`,
      title,
      write: () => resultText(`${id} · ${title}`, table),
    },
  ];
}
