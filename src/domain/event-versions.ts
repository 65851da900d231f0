import { z } from 'zod';
import { Json } from './json.ts';

/** An event as JSON, in the form of whatever version wrote it. */
export const EventBody = z.record(z.string(), Json);
export type EventBody = z.infer<typeof EventBody>;

/** One change of the form of events; `docs/adding-an-event.md` has the recipe. */
export interface EventChange {
  /** The schema that it leads to, one more than that of the change before it. */
  readonly to: number;
  /** An event of the schema before, in the new form. Whatever it is not about stays as it is. */
  up(body: EventBody): EventBody;
  /** The event in the form before, for versions that read no other; null when that has no words for it. */
  down(body: EventBody): EventBody | null;
}

/** Every change since schema 1, in order. Released ones are never changed: journals hold what they wrote. */
export const eventChanges: readonly EventChange[] = [];

/** The schema of the events in `event.ts`; an entry of the journal keeps the schema that it is written in. */
export const EVENT_SCHEMA = 1 + eventChanges.length;

/** An event of an earlier schema in today's form. */
export function lift(body: EventBody, from: number, changes = eventChanges): EventBody {
  return changes.slice(from - 1).reduce((lifted, change) => change.up(lifted), body);
}

/** An event of today in the form of an earlier schema; null when that has no words for it. */
export function lower(body: EventBody, to: number, changes = eventChanges): EventBody | null {
  return changes
    .slice(to - 1)
    .reduceRight<EventBody | null>(
      (lowered, change) => (lowered === null ? null : change.down(lowered)),
      body,
    );
}
