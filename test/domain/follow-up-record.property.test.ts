import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { AuditReading, FollowUpDraft } from '../../src/domain/follow-up.ts';
import {
  type FollowUpRecord,
  foldFollowUps,
  judged,
  noFollowUps,
  takeUp,
} from '../../src/domain/follow-up-record.ts';

const AUDITS = ['statement-timeout', 'resource-quota', 'no-replica'];
const SUBJECTS = ['role app', 'role report'];

const proof = fc.record({
  audit: fc.constantFrom(...AUDITS),
  subject: fc.option(fc.constantFrom(...SUBJECTS), { nil: null }),
});
const draft: fc.Arbitrary<FollowUpDraft> = fc.record({
  text: fc.constantFrom('Set it.', 'Write it down.', 'Move it.'),
  database: fc.constantFrom('orders', 'billing'),
  proofs: fc.array(proof, { maxLength: 2 }),
  incident: fc.constant(null),
});
const reading = (at: string): fc.Arbitrary<AuditReading> =>
  fc.record({
    database: fc.constantFrom('orders', 'billing'),
    at: fc.constant(at),
    red: fc.array(fc.record({ audit: fc.constantFrom(...AUDITS), subject: fc.constantFrom(...SUBJECTS) })),
    whole: fc.subarray(AUDITS),
  });

const time = (hour: number) => new Date(Date.UTC(2026, 10, 1) + hour * 3_600_000).toISOString();
const fold = (record: FollowUpRecord, hour: number, events: readonly DomainEvent[]) =>
  events.reduce((folded, event) => foldFollowUps(folded, { at: time(hour), event }), record);

const step = fc.oneof(
  fc.record({
    take: fc.array(draft, { minLength: 1, maxLength: 4 }),
    incident: fc.constantFrom('INC-1', 'INC-2'),
  }),
  fc.record({ judge: fc.array(reading(''), { maxLength: 3 }) }),
);

it('is done only when every audit looked at everything and found nothing, and open again as soon as one finds it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let record = noFollowUps;
      for (const [index, one] of steps.entries()) {
        const hour = index * 2 + 2;
        if ('take' in one) {
          record = fold(record, hour, takeUp(record, one.incident, one.take));
          // The same once more changes nothing.
          expect(takeUp(record, one.incident, one.take)).toEqual([]);
          continue;
        }
        const [first] = one.judge;
        if (first === undefined) continue;
        const read = { ...first, at: time(hour - 1) };
        const before = record;
        record = fold(record, hour, judged(record, [read]));
        expect(judged(record, [read])).toEqual([]);
        for (const [place, item] of record.items.entries()) {
          const was = before.items[place]?.status;
          const isRed = item.proofs.some(({ audit, subject }) =>
            read.red.some((found) => found.audit === audit && (subject ?? found.subject) === found.subject),
          );
          const isWhole = item.proofs.every(({ audit }) => read.whole.includes(audit));
          const decides = item.database === read.database && item.proofs.length > 0;
          if (!decides) expect(item.status).toBe(was);
          else if (isRed) expect(item.status).toBe('open');
          else if (was === 'open' && isWhole) expect(item.status).toBe('done');
          else expect(item.status).toBe(was);
        }
      }
      const names = record.items.map(({ id }) => id);
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});

it('a reading from before it was added, or opened again, proves nothing', () => {
  const item = {
    text: 'Set it.',
    database: 'orders',
    proofs: [{ audit: 'no-replica', subject: null }],
    incident: null,
  };
  const record = fold(noFollowUps, 5, takeUp(noFollowUps, 'INC-1', [item]));
  const green = { database: 'orders', red: [], whole: AUDITS };
  expect(judged(record, [{ ...green, at: time(4) }])).toEqual([]);
  expect(judged(record, [{ ...green, at: time(6) }])).toMatchObject([{ to: 'done' }]);
});

it('a second incident names what is there, and opens again what was done or dropped', () => {
  const item = { text: 'Suspend it.', database: 'orders', proofs: [], incident: null };
  let record = fold(noFollowUps, 1, takeUp(noFollowUps, 'INC-1', [item, item]));
  const by = { kind: 'person', id: 'U0ANNA', name: 'Anna', via: 'slack' } as const;
  const dropped = {
    type: 'follow-up.settled',
    id: 'FU-1',
    to: 'dropped',
    by,
    because: 'Gone.',
    reading: null,
  } as const;
  record = fold(record, 2, [dropped]);
  record = fold(record, 3, takeUp(record, 'INC-2', [item]));
  expect(record.items).toMatchObject([
    { id: 'FU-1', incidents: ['INC-1', 'INC-2'], status: 'open', because: 'INC-2 found it missing again.' },
  ]);
  expect(record.reopenings).toHaveLength(1);
});
