import Table from 'cli-table3';
import { formatCount } from '../domain/format.ts';
import { baseline } from './outage.ts';
import type { DrillReport } from './report.ts';

const BAR_WIDTH = 48;

/** The report for people: what happened, step by step, and each phase beside that of the real outage. */
export function printReport(report: DrillReport): string {
  return [verdictLine(report), '', stepTable(report), '', recoveryChart(report), '', figures(report)].join(
    '\n',
  );
}

function verdictLine(report: DrillReport): string {
  if (report.ok)
    return `✓ Drill passed: ${report.incident ?? ''}, ${report.cause?.kind ?? 'no cause'}, ${report.cause?.culprit ?? 'nobody'}.`;
  return ['✗ Drill failed:', ...report.problems.map((problem) => `    ${problem}`)].join('\n');
}

/** Steps that had something to do or were decided on; of the others how many. */
function stepTable({ steps }: DrillReport): string {
  const table = new Table({
    head: ['Step', 'Decision', 'By', 'Waited', 'Acted', 'Proved', 'Verdict'],
    style: { head: [], border: [] },
  });
  const needed = steps.filter((step) => step.needed);
  for (const step of needed) {
    table.push([
      step.attempt === 1 ? step.step : `${step.step} (${step.attempt})`,
      step.decision ?? '–',
      step.by ?? '–',
      seconds(step.waitedMs),
      seconds(step.executedMs),
      seconds(step.verifiedMs),
      step.verdict ?? '–',
    ]);
  }
  const left = steps.length - needed.length;
  if (left === 0) return table.toString();
  return `${table.toString()}\n${formatCount(left, 'more step was', 'more steps were')} not needed.`;
}

/** Two bars for each phase: 2024-11-15, and this drill, on one scale. */
function recoveryChart(report: DrillReport): string {
  const { timings } = report;
  const ours = [
    timings.alertToThreadMs,
    timings.alertToCauseMs,
    timings.alertToMitigatedMs,
    timings.alertToRecoveredMs,
    timings.alertToClosedMs,
  ];
  const lines = baseline.flatMap(({ phase, minutes }, index) => {
    const ms = ours[index] ?? null;
    return [
      `${phase.padEnd(20)} 2024-11-15 ${bar(minutes, report.baselineMinutes, '░')} ${minutes} min`,
      `${''.padEnd(20)} this drill ${ms === null ? '– not reached' : `${bar(ms / 60_000, report.baselineMinutes, '█')} ${seconds(ms)}`}`,
    ];
  });
  return lines.join('\n');
}

function bar(value: number, full: number, block: string): string {
  return block.repeat(Math.max(1, Math.round((value / full) * BAR_WIDTH)));
}

function figures(report: DrillReport): string {
  const { ordersPlaced, ordersFailed, respawnsAfterKill, journal } = report;
  return [
    `Orders placed ${ordersPlaced}, failed ${ordersFailed} · sessions respawned after the first kill: ${respawnsAfterKill}`,
    `Journal: ${journal.events} events, chain ${journal.chainOk ? 'whole' : 'BROKEN'}`,
  ].join('\n');
}

function seconds(ms: number | null): string {
  return ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`;
}
