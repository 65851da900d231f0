import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import { evolve, type Incident } from '../../src/domain/incident.ts';
import { nextLookAt } from '../../src/domain/page-work.ts';
import { ReminderLevel, type RemindTimes } from '../../src/domain/remind-times.ts';
import { dueLevels, nextReminderAt, waitOf } from '../../src/domain/waiting.ts';
import { anna, fold, makePlan, makeRunbook, makeStep, opening } from '../support/domain.ts';

const START = Date.parse('2026-11-15T05:23:00.000Z');
const ref = { step: 'kill', attempt: 1 };

const planned: DomainEvent = {
  type: 'step.planned',
  ...ref,
  plan: makePlan(),
  hash: 'h',
  expiresAt: '2026-11-15T05:33:00.000Z',
  differs: [],
};
const decided: DomainEvent = {
  type: 'decision.recorded',
  ...ref,
  hash: 'h',
  selection: { targets: [], choices: {} },
  by: anna,
};
const approved: DomainEvent = {
  type: 'approval.recorded',
  ...ref,
  hash: 'h',
  selection: { targets: [], choices: {} },
  by: anna,
};
const expired: DomainEvent = { type: 'step.outdated', ...ref, reason: 'expired', differs: [] };
const failed: DomainEvent = {
  type: 'step.failed',
  ...ref,
  phase: 'plan',
  fault: { code: 'internal', message: 'm', hint: 'h' },
};

function incidentWith(remind: RemindTimes, confirm: 'none' | 'one' | 'two' = 'one'): Incident {
  return fold(opening(makeRunbook([makeStep('kill', { remind, confirm }), makeStep('after')])));
}

const after = (incident: Incident, event: DomainEvent, ms: number): Incident =>
  evolve(incident, {
    position: incident.version + 1,
    stream: incident.id,
    version: incident.version + 1,
    hash: 'h',
    at: new Date(START + ms).toISOString(),
    event,
  });

function remind(incident: Incident, level: ReminderLevel, ms: number): Incident {
  const wait = waitOf(incident);
  if (wait === null) throw new Error('Nothing waits.');
  const reminded: DomainEvent = {
    type: 'decision.reminded',
    ...wait,
    level,
    mayDecide: [],
    group: null,
    onCall: [],
    onCallProblem: null,
    page: null,
  };
  return after(incident, reminded, ms);
}

const levels = ReminderLevel.options;
const times: RemindTimes = { thread: 180, group: 480, page: 900 };
const at = (ms: number) => new Date(START + ms);
const second = 1_000;

it('reminds of nothing before its time, then of each level in turn', () => {
  const waits = after(incidentWith(times), planned, 0);
  expect(dueLevels(waits, levels, at(179_999))).toEqual([]);
  expect(dueLevels(waits, levels, at(180_000))).toEqual(['thread']);
  const once = remind(waits, 'thread', 180_000);
  expect(dueLevels(once, levels, at(479_999))).toEqual([]);
  expect(nextReminderAt(once, levels)).toEqual(at(480_000));
  const twice = remind(once, 'group', 480_000);
  expect(dueLevels(twice, levels, at(900_000))).toEqual(['page']);
  expect(nextReminderAt(remind(twice, 'page', 900_000), levels)).toBeNull();
});

it('after a long absence calls and pages at once, and spares the thread what the channel hears', () => {
  const waits = after(incidentWith(times), planned, 0);
  expect(dueLevels(waits, levels, at(3_600_000))).toEqual(['group', 'page']);
  expect(dueLevels(waits, ['thread', 'group'], at(3_600_000))).toEqual(['group']);
});

it('keeps counting when the plan is made anew, and begins again when a person did something', () => {
  const waits = after(incidentWith(times), planned, 0);
  expect(waitOf(after(waits, planned, 100 * second))?.since).toBe(at(0).toISOString());
  const clicked = after(after(waits, expired, 100 * second), planned, 105 * second);
  expect(waitOf(clicked)?.since).toBe(at(105 * second).toISOString());
  const first = after(after(incidentWith(times, 'two'), planned, 0), approved, 60 * second);
  expect(waitOf(first)).toMatchObject({ waitsFor: 'second-person', since: at(60 * second).toISOString() });
});

it('waits for somebody to look from the moment at which a step failed', () => {
  const looks = after(incidentWith(times), failed, 42 * second);
  expect(waitOf(looks)).toMatchObject({ waitsFor: 'attention', since: at(42 * second).toISOString() });
  expect(dueLevels(looks, levels, at(222 * second))).toEqual(['thread']);
});

it.each([
  ['a decision was taken', [planned, decided]],
  ['the step asks nobody', [planned], 'none'],
  ['the plan is being made', []],
  ['the run was aborted', [planned, { type: 'run.aborted', run: 1, by: anna, reason: 'r' }]],
  ['the incident is closed', [planned, { type: 'incident.closed', by: anna, reason: 'r' }]],
] as [string, DomainEvent[], 'none' | undefined][])(
  'reminds of nothing when %s',
  (_what, events, confirm) => {
    const incident = events.reduce(
      (folded, event) => after(folded, event, 0),
      incidentWith(times, confirm ?? 'one'),
    );
    expect(dueLevels(incident, levels, at(86_400_000))).toEqual([]);
    expect(nextLookAt(incident, levels)).toBeNull();
  },
);

const anyTimes = fc.record({
  thread: fc.option(fc.integer({ min: 1, max: 900 })),
  group: fc.option(fc.integer({ min: 1, max: 900 })),
  page: fc.option(fc.integer({ min: 1, max: 900 })),
});
/** The clock jumps to a time; what is due is then given, or a crash keeps it from being written; or somebody acts. */
const anyMove = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ ms: fc.integer({ min: -600_000, max: 3_600_000 }), crash: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constantFrom('replan' as const, 'decide' as const, 'click' as const) },
);

it('whatever the clock does: each level at most once for a waiting, none early, none after the decision', () => {
  fc.assert(
    fc.property(anyTimes, fc.array(anyMove, { maxLength: 40 }), (remindTimes, moves) => {
      let incident = after(incidentWith(remindTimes), planned, 0);
      let clock = 0;
      let over = false;
      const given: string[] = [];
      for (const move of moves) {
        if (move === 'replan') incident = over ? incident : after(incident, planned, clock);
        if (move === 'click' && !over) incident = after(after(incident, expired, clock), planned, clock);
        if (move === 'decide') {
          incident = over ? incident : after(incident, decided, clock);
          over = true;
        }
        if (typeof move === 'string') continue;
        clock = move.ms;
        const due = dueLevels(incident, levels, at(clock));
        if (over) expect(due).toEqual([]);
        for (const level of due) {
          const wait = waitOf(incident);
          const waitedMs = START + clock - Date.parse(wait?.since ?? '');
          expect(waitedMs).toBeGreaterThanOrEqual((remindTimes[level] ?? Number.POSITIVE_INFINITY) * 1_000);
          if (move.crash) continue;
          given.push(`${wait?.since} ${level}`);
          incident = remind(incident, level, clock);
        }
        if (!move.crash) expect(dueLevels(incident, levels, at(clock))).toEqual([]);
      }
      expect(new Set(given).size).toBe(given.length);
    }),
  );
});

it('says when to look next: what is due then is not due a moment before', () => {
  fc.assert(
    fc.property(anyTimes, (remindTimes) => {
      const waits = after(incidentWith(remindTimes), planned, 0);
      const next = nextReminderAt(waits, levels);
      if (next === null) return;
      expect(dueLevels(waits, levels, next)).not.toEqual([]);
      expect(dueLevels(waits, levels, new Date(next.getTime() - 1))).toEqual([]);
    }),
  );
});
