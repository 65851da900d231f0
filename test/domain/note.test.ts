import { expect, test } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import { evolve } from '../../src/domain/incident.ts';
import { timelineOf } from '../../src/postmortem/timeline.ts';
import { view } from '../slack/fixtures.ts';

const by = { kind: 'person', id: 'U0ALICE', name: 'Alice', via: 'slack' } as const;
const bob = { kind: 'person', id: 'U0BOB', name: 'Bob', via: 'slack' } as const;
const note = {
  text: 'password=x',
  said: { by: 'Carol', at: '2026-11-15T14:20:00.000Z' },
  message: 'C1/1.0',
  source: 'https://slack.example/p1',
};
const now = new Date('2026-11-15T15:00:00.000Z');

test('a message stands in the timeline once, whoever adds it, and also after the incident was closed', () => {
  const { incident } = view([], { status: 'closed' });
  const first = decide(incident, { type: 'add-note', by, note, click: 'k' }, now);
  expect(first.events).toMatchObject([{ type: 'note.added', by, text: 'password=<secret>', click: 'k' }]);
  const [event] = first.events;
  if (event === undefined) throw new Error('There is no event.');
  const entry = { position: 1, stream: 'INC-1', version: 2, at: now.toISOString(), hash: '', event };
  const after = evolve(incident, entry);
  expect(after.notes).toHaveLength(1);
  expect(decide(after, { type: 'add-note', by, note, click: 'k' }, now)).toMatchObject({
    refusal: { reason: 'repeated' },
  });
  expect(decide(after, { type: 'add-note', by: bob, note, click: 'l' }, now)).toMatchObject({
    events: [],
    refusal: { reason: 'already-there', message: 'Alice put this message there before.' },
  });
});

test('it stands at the time at which it was written', () => {
  const at = (minute: number) => `2026-11-15T14:${minute}:00.000Z`;
  const opened = {
    type: 'incident.opened' as const,
    title: 'Pool',
    database: 'orders',
    service: null,
    severity: 'critical',
    dedupeKey: 'k',
    by,
    alert: null,
  };
  const events = [
    { at: at(23), event: opened },
    { at: at(40), event: { type: 'incident.closed' as const, by, reason: 'done' } },
    { at: at(50), event: { type: 'note.added' as const, by, ...note, text: 'It is slow' } },
  ].map((one, index) => ({ position: index + 1, stream: 'INC-1', version: index + 1, hash: '', ...one }));
  expect(timelineOf(events).map((moment) => moment.at)).toEqual([at(20), at(23), at(40)]);
  expect(timelineOf(events)[0]?.text).toBe(
    'Carol wrote: "It is slow" (put here by Alice, https://slack.example/p1)',
  );
});
