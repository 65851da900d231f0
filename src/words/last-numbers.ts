import { shorten } from '../domain/format.ts';
import type { Incident, StepAttempt } from '../domain/incident.ts';
import { type Trend, trendOf } from '../domain/trend.ts';
import { amount } from './sparkline.ts';

const MOST_NUMBERS = 3;

/** The word carries the meaning; the arrow only helps to find it. */
const TRENDS: Readonly<Record<Trend, string>> = {
  rising: '↗ rising',
  steady: '→ steady',
  falling: '↘ falling',
};

/** Numbers of an incident in words, and when they were measured (ISO 8601). */
export interface Numbers {
  readonly text: string;
  readonly at: string | null;
}

/** What the newest step measured: the ends of its lines, or the facts of a diagnosis; null before the first. */
export function lastNumbers(incident: Incident): Numbers | null {
  const attempts = incident.runs.flatMap((run) => run.attempts);
  for (const attempt of attempts.toReversed()) {
    const words = (fromSeries(attempt) ?? fromDiagnosis(attempt))?.slice(0, MOST_NUMBERS) ?? [];
    const { endedAt, completedAt } = attempt.times;
    if (words.length > 0) return { text: words.join(' · '), at: endedAt ?? completedAt ?? null };
  }
  return null;
}

function fromSeries({ verdict }: StepAttempt): string[] | null {
  if (verdict === null || verdict.series.length === 0) return null;
  return verdict.series.flatMap(({ name, unit, points }) => {
    const values = points.map(([, value]) => value);
    const last = values.at(-1);
    return last === undefined
      ? []
      : [withTrend(`${shorten(name, 30)} ${amount(last, unit)}`, trendOf(values) ?? undefined)];
  });
}

/** The first clause of each fact: the rest stands on the card. */
function fromDiagnosis({ outcome }: StepAttempt): string[] | null {
  if (outcome === null || outcome.causes.length === 0) return null;
  return outcome.facts.map(({ name, value, trend }) =>
    withTrend(
      `${shorten(name.split(' (')[0] ?? name, 40)} ${shorten(value.split(/[;,] /)[0] ?? value, 60)}`,
      trend,
    ),
  );
}

function withTrend(words: string, trend: Trend | undefined): string {
  return trend === undefined ? words : `${words} ${TRENDS[trend]}`;
}
