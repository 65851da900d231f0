import { describe, expect, it } from 'vitest';
import type { DomainEvent, EventOf } from '../../../src/domain/event.ts';
import type { EntryFact, MessageFact } from './facts.ts';
import type { Paged } from './pager.ts';
import { reminded } from './reminded.ts';

type Level = EventOf<'decision.reminded'>['level'];

const since = '2026-11-30T02:00:00.000Z';
const dedupeKey = 'firebreak-INC-1-suspend-1';
const step = { step: 'suspend', attempt: 1 };
const anna = { kind: 'person', id: 'U1', name: 'anna', via: 'slack' } as const;

const reminding = (level: Level): DomainEvent => ({
  type: 'decision.reminded',
  ...step,
  waitsFor: 'decision',
  since,
  level,
  mayDecide: [],
  group: null,
  onCall: [],
  onCallProblem: null,
  page: level === 'page' ? { pager: 'pager', dedupeKey } : null,
});
const sent: DomainEvent = { type: 'page.sent', dedupeKey, reference: dedupeKey };
const acknowledged: DomainEvent = { type: 'page.acknowledged', dedupeKey };
const resolved: DomainEvent = { type: 'page.resolved', dedupeKey };
const decided: DomainEvent = {
  type: 'decision.recorded',
  ...step,
  hash: 'h',
  selection: { targets: [], choices: {} },
  by: anna,
};
const [thread, group, page] = [reminding('thread'), reminding('group'), reminding('page')];
const course = [thread, group, page, sent, acknowledged, decided, resolved];
const paged: Paged = { dedupeKey, triggers: 1, status: 'resolved', wasAcknowledged: true };

const shown = (['thread', 'group', 'page'] as const).map(
  (level): MessageFact => ({
    ts: level,
    thread: '1',
    incident: 'INC-1',
    key: `reminder:suspend:1:${Date.parse(since).toString(36)}:${level}`,
    text: '',
    file: null,
    offers: [],
  }),
);

function judged(
  events: readonly DomainEvent[],
  {
    messages = shown,
    alerts = [paged],
    there = 0,
  }: { messages?: readonly MessageFact[]; alerts?: readonly Paged[]; there?: number } = {},
) {
  const entries = events.map((event): EntryFact => ({ stream: 'INC-1', at: since, event }));
  return reminded({ entries, messages }, alerts, there);
}
const without = (event: DomainEvent) => course.filter((one) => one !== event);

it('finds nothing when each level came once and the page was taken back', () => {
  expect(judged(course)).toEqual({ twice: [], broken: [] });
});

it('counts triggers that join an open alert as one', () => {
  expect(judged(course, { alerts: [{ ...paged, triggers: 3 }] })).toEqual({ twice: [], broken: [] });
});

it('lets a page be taken back of which the acknowledgement was not written down', () => {
  expect(judged(without(acknowledged))).toEqual({ twice: [], broken: [] });
});

it('lets the group stand for the thread when nobody was there before', () => {
  const late = { messages: shown.slice(1), there: Date.parse(since) - 1_000 };
  expect(judged(without(thread), late)).toEqual({ twice: [], broken: [] });
});

describe.each<[string, ReturnType<typeof judged>]>([
  ['a level that is journaled twice', judged([thread, ...course])],
  ['a pager that woke somebody again', judged(course, { alerts: [paged, paged] })],
  ['a page that is sent twice', judged([...course, sent])],
])('twice: %s', (_, { twice }) => {
  it('is found', () => expect(twice).toHaveLength(1));
});

describe.each<[string, ReturnType<typeof judged>]>([
  ['a level that never came', judged(without(group))],
  [
    'a thread that nobody reminded although somebody was there',
    judged(without(thread), { messages: shown.slice(1) }),
  ],
  [
    'a group that came too late',
    judged(without(group), {
      messages: [shown[0], shown[2]].flatMap((one) => one ?? []),
      there: Date.parse(since),
    }),
  ],
  ['a reminder that is not in the channel', judged(course, { messages: shown.slice(1) })],
  ['a reminder after the decision', judged([...without(page), page].filter((one) => one !== sent))],
  ['a page that did not reach the pager', judged(course, { alerts: [] })],
  ['a page that is not taken back', judged(without(resolved))],
  ['a pager that still wakes people', judged(course, { alerts: [{ ...paged, status: 'acknowledged' }] })],
  ['a page that nobody journaled', judged(course, { alerts: [paged, { ...paged, dedupeKey: 'other' }] })],
  [
    'a charge that the pager never heard of',
    judged(course, { alerts: [{ ...paged, wasAcknowledged: false }] }),
  ],
])('broken: %s', (_, { broken }) => {
  it('is found', () => expect(broken).toHaveLength(1));
});
