import { sql } from 'kysely';
import { z } from 'zod';
import { FirebreakError } from '../../domain/errors.ts';
import type { DomainEvent } from '../../domain/event.ts';
import { EVENT_SCHEMA, EventBody, lower } from '../../domain/event-versions.ts';
import { storableJson } from './storable-json.ts';

/**
 * The newest schema of events that every replica reads. A replica that died counts until it is forgotten, because it
 * may only have lost its session; one that left does not.
 */
export const commonSchema = sql<number>`(
  select least(coalesce(min(event_schema), ${EVENT_SCHEMA}::int), ${EVENT_SCHEMA}::int)
  from firebreak.replica where left_at is null)`;

/**
 * Type and text of an event as the journal stores it in this schema.
 * @throws FirebreakError `state-version` when versions that read no newer schema have no words for it.
 */
export function written(event: DomainEvent, schema: number): { type: string; body: string } {
  if (schema === EVENT_SCHEMA) return { type: event.type, body: storableJson(event) };
  const lowered = lower(EventBody.parse(JSON.parse(storableJson(event))), schema);
  if (lowered === null) {
    throw new FirebreakError('state-version', `An older Firebreak on this state cannot read ${event.type}.`, {
      hint: 'Finish the upgrade: stop the replicas of the older version, then try again.',
      retryable: true,
    });
  }
  return { type: z.string().parse(lowered.type), body: storableJson(lowered) };
}
