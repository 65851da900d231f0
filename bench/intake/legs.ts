import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { rounded, summary } from './statistics.ts';

const Leg = z.object({ leg: z.string(), began: z.number(), ended: z.number() });
type Leg = z.infer<typeof Leg>;

/** From when to when an alert was on its way, in milliseconds of the epoch with fractions. */
export interface Way {
  readonly from: number;
  readonly to: number;
}

/** What Node gets so that the process writes its legs into this file. */
export function recordingLegs(file: string): string[] {
  const url = pathToFileURL(join(import.meta.dirname, 'legs-preload.ts'));
  url.search = `?${encodeURIComponent(file)}`;
  return ['--import', url.href];
}

/** Each leg that most of the ways had, in their order: when it began, counted from the request, and how long it took. */
export function legsOf(file: string, ways: readonly Way[]): Record<string, Record<string, number>> {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const all = lines.map((line) => Leg.parse(JSON.parse(line))).sort((a, b) => a.began - b.began);
  const found = new Map<string, { began: number[]; took: number[] }>();
  for (const way of ways) {
    const own = all.filter(({ began }) => began >= way.from && began <= way.to);
    for (const { leg, began, ended } of firsts(own)) {
      const seen = found.get(leg) ?? { began: [], took: [] };
      seen.began.push(began - way.from);
      seen.took.push(ended - began);
      found.set(leg, seen);
    }
  }
  const common = [...found].filter(([, { took }]) => took.length > ways.length / 2);
  const rows = common.map(([leg, { began, took }]): [string, Record<string, number>] => [
    leg,
    rounded({
      'began p50': summary(began).p50,
      'took p50': summary(took).p50,
      'took p95': summary(took).p95,
    }),
  ]);
  return Object.fromEntries(rows.sort(([, a], [, b]) => (a['began p50'] ?? 0) - (b['began p50'] ?? 0)));
}

/** The first leg of each name. */
function firsts(legs: readonly Leg[]): Leg[] {
  return [...new Map(legs.toReversed().map((leg) => [leg.leg, leg])).values()];
}
