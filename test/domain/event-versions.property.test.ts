import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  EVENT_SCHEMA,
  type EventBody,
  type EventChange,
  eventChanges,
  lift,
  lower,
} from '../../src/domain/event-versions.ts';

/** A field with a new name. */
const renamed: EventChange = {
  to: 2,
  up: ({ evidence, ...rest }) =>
    rest.type === 'incident.mitigated' && evidence !== undefined
      ? { ...rest, proof: evidence }
      : withEvidence(rest, evidence),
  down: ({ proof, ...rest }) =>
    rest.type === 'incident.mitigated' && proof !== undefined
      ? { ...rest, evidence: proof }
      : { ...rest, ...(proof === undefined ? {} : { proof }) },
};
/** A field that the version before does not know, and an event that it has no words for. */
const added: EventChange = {
  to: 3,
  up: (body) => (body.type === 'incident.closed' ? { severity: 'unknown', ...body } : body),
  down: (body) => {
    if (body.type === 'incident.paused') return null;
    if (body.type !== 'incident.closed') return body;
    const { severity: _, ...rest } = body;
    return rest;
  },
};
const changes = [renamed, added];

function withEvidence(body: EventBody, evidence: EventBody[string] | undefined): EventBody {
  return evidence === undefined ? body : { ...body, evidence };
}

/** Events as schema 1 writes them. */
const firstSchema = fc.oneof(
  fc.record({ type: fc.constant('incident.mitigated'), evidence: fc.string() }),
  fc.record({ type: fc.constant('incident.recovered'), evidence: fc.string() }),
  fc.record({ type: fc.constant('incident.closed'), reason: fc.string() }),
);

it('gives an older version exactly what it would have written itself', () => {
  fc.assert(
    fc.property(firstSchema, (body) => {
      expect(lower(lift(body, 1, changes), 1, changes)).toEqual(body);
    }),
  );
});

it('reads an event of any schema in the newest form, and writes it in any', () => {
  const newest = { type: 'incident.mitigated', proof: 'load fell' };
  expect(lift({ type: 'incident.mitigated', evidence: 'load fell' }, 1, changes)).toEqual(newest);
  expect(lift(newest, 2, changes)).toEqual(newest);
  expect(lift(newest, 3, changes)).toEqual(newest);
  expect(lower(newest, 3, changes)).toEqual(newest);
  expect(lower(newest, 2, changes)).toEqual(newest);
  expect(lower(newest, 1, changes)).toEqual({ type: 'incident.mitigated', evidence: 'load fell' });
  const closed = { type: 'incident.closed', reason: 'over', severity: 'high' };
  expect(lower(closed, 2, changes)).toEqual({ type: 'incident.closed', reason: 'over' });
  expect(lower(closed, 3, changes)).toEqual(closed);
});

it('says so when an older version has no words for an event', () => {
  const paused = { type: 'incident.paused' };
  expect(lower(paused, 3, changes)).toEqual(paused);
  expect(lower(paused, 2, changes)).toBeNull();
  expect(lower(paused, 1, changes)).toBeNull();
});

it('numbers the changes without a gap, the last one leading to the present schema', () => {
  expect(eventChanges.map(({ to }) => to)).toEqual(eventChanges.map((_, index) => index + 2));
  expect(EVENT_SCHEMA).toBe(1 + eventChanges.length);
});
