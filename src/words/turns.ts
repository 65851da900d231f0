import type { DrillRecord } from '../domain/drill-record.ts';
import { formatDuration } from '../domain/format.ts';
import { drillScores, type IncidentTimes, type Learned, turns } from '../domain/learning.ts';

const WORDS: Readonly<Record<keyof IncidentTimes, string>> = {
  detect: 'detected after',
  diagnose: 'cause named after',
  decide: 'first decision after',
  act: 'first action after',
  recover: 'recovered after',
};

/** How long an incident took to what it came to, such as `cause named after 31 s, recovered after 4m10s`; empty for nothing. */
export function turnsText(times: IncidentTimes): string {
  return turns
    .flatMap((turn) => (times[turn] === null ? [] : [`${WORDS[turn]} ${formatDuration(times[turn])}`]))
    .join(', ');
}

/** What past incidents have in common, a sentence each; none where there is nothing to compare. */
export function learnedTexts({ count, medians, recurring }: Learned): string[] {
  if (count < 2) return [];
  const middle = turnsText(medians);
  return [
    ...(middle === '' ? [] : [`Median of ${count}: ${middle}.`]),
    ...recurring.map(({ culprit, count: times }) => `${culprit} was behind ${times} of these ${count}.`),
  ];
}

/** How rehearsals went, in sentences; none without any. */
export function drillTexts(drills: readonly DrillRecord[]): string[] {
  const { count, passed, medianRecovery } = drillScores(drills);
  const [only] = drills;
  if (only === undefined) return [];
  const recovered = medianRecovery === null ? '' : formatDuration(medianRecovery);
  if (count === 1) {
    const after = recovered === '' ? '' : `, recovered after ${recovered}`;
    return [`Drill ${only.scenario}: ${only.ok ? 'passed' : 'FAILED'}${after}.`];
  }
  const median = recovered === '' ? '' : `; recovered after ${recovered} (median)`;
  return [`Of ${count} drills ${passed} passed${median}.`];
}
