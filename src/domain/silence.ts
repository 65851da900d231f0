import { z } from 'zod';
import { Actor } from './actor.ts';
import { type Labels, Matcher, matchesAll } from './matcher.ts';

/** Alerts that open nothing for a while, as somebody said with a reason. */
export const Silence = z.object({
  /** Such as `SIL-3`; of a maintenance window of the configuration `maintenance/<name>`. */
  id: z.string(),
  matchers: z.array(Matcher).min(1),
  /** ISO 8601. */
  startsAt: z.string(),
  /** ISO 8601; null for a window without an end. */
  endsAt: z.string().nullable(),
  reason: z.string(),
  by: Actor,
});
export type Silence = z.infer<typeof Silence>;

/** Stream of the journal that tells how a silence set by hand began, and who ended it. */
export function silenceStream(id: string): string {
  return `silence/${id}`;
}

/** How long a silence by hand may last, in minutes: longer ones are maintenance windows in the configuration. */
export const MOST_SILENT_MINUTES = 7 * 24 * 60;

export function isActive({ startsAt, endsAt }: Pick<Silence, 'startsAt' | 'endsAt'>, now: Date): boolean {
  return Date.parse(startsAt) <= now.getTime() && (endsAt === null || now.getTime() < Date.parse(endsAt));
}

/** Of the silences that are active and match, the one that ends last; null when there is none. */
export function silenceFor(silences: readonly Silence[], labels: Labels, now: Date): Silence | null {
  const holding = silences.filter((one) => isActive(one, now) && matchesAll(one.matchers, labels));
  const end = ({ endsAt }: Silence) => (endsAt === null ? Number.POSITIVE_INFINITY : Date.parse(endsAt));
  return holding.reduce<Silence | null>(
    (last, one) => (last === null || end(one) > end(last) ? one : last),
    null,
  );
}
