import Table from 'cli-table3';
import type { Judgement } from './judge/judge.ts';
import { outage } from './outage.ts';
import { prevention } from './prevention/run-prevention.ts';
import type { Score } from './run-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { shapes } from './shape.ts';

const [firstShape] = shapes;

/** One scenario in one shape, for people: what was wrong, what was said, what was done. */
export function printJudgement(judgement: Judgement): string {
  const { scenario, shape, problems, cause, culprit, confidence, actions, tookMs } = judgement;
  const table = new Table({ style: { head: [], border: [] }, wordWrap: true, colWidths: [12, 84] });
  const sure = confidence === null ? '' : ` (${Math.round(confidence * 100)} % sure)`;
  table.push(
    ['Symptom', judgement.symptom ?? 'none: the alert is stale'],
    ['Cause', `${mark(judgement.causeRight)} ${cause ?? 'none'}${sure}`],
    ['Culprit', `${mark(judgement.culpritRight)} ${culprit ?? 'nobody'}`],
    ['Actions', `${mark(judgement.actionRight)} ${actions.join(', ') || 'none'}`],
    ['Harm', judgement.harm.length === 0 ? '✓ none' : `✗ ${judgement.harm.join('\n  ')}`],
    ...(problems.length === 0 ? [] : [['Problems', problems.join('\n')]]),
  );
  const verdict = problems.length === 0 ? '✓ right' : '✗ wrong';
  return `${verdict}: ${scenario}, shape ${shape}, ${Math.round(tookMs / 1000)} s\n${table.toString()}\n`;
}

export function printScore(score: Score): string {
  const of = (right: number) => `${right} of ${score.scenarios}`;
  return `Cause right: ${of(score.causeRight)} · culprit right: ${of(score.culpritRight)} · action right: ${of(score.actionRight)} · harm: ${score.harm}`;
}

/** Every scenario in a few words, the default first. */
export function listed(scenarios: Iterable<Scenario>) {
  return [
    {
      id: outage.id,
      title: `${outage.title}, as on the day`,
      cause: outage.expectedCause,
      needs: ['replica'],
    },
    { id: prevention.id, title: prevention.title, cause: outage.expectedCause, needs: ['replica'] },
    ...[...scenarios].map(({ id, title, expected, needs }) => ({
      id,
      title,
      cause: firstShape === undefined ? '' : expected(firstShape).cause,
      needs: needsOf(needs),
    })),
  ];
}

/** What `--list` prints for people. */
export function printList(scenarios: Iterable<Scenario>): string {
  const table = new Table({
    head: ['Scenario', 'What happens', 'Cause', 'Needs'],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [30, 50, 30, 22],
  });
  for (const { id, title, cause, needs } of listed(scenarios)) {
    table.push([id === outage.id ? `${id} (default)` : id, title, cause, needs.join(', ')]);
  }
  return table.toString();
}

function needsOf({ replica, pgbouncer }: Scenario['needs']): string[] {
  return [...(replica === undefined ? [] : ['replica']), ...(pgbouncer === undefined ? [] : ['PgBouncer'])];
}

function mark(right: boolean): string {
  return right ? '✓' : '✗';
}
