import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../src/domain/event.ts';
import type { ChatMessage } from '../../../src/ports/state.ts';
import { makePlan } from '../../support/domain.ts';
import { isHeld } from '../fault.ts';
import type { EntryFact, Facts, MessageFact } from './facts.ts';
import { judge, ONCE } from './judge.ts';
import { readSignals } from './read-signals.ts';

const anna = { kind: 'person', id: 'U1', name: 'anna', via: 'slack' } as const;
const ref = { step: 'kill', attempt: 1 };
const plan = makePlan();
const outcome = { summary: '', done: [], skipped: [], facts: [], table: null, causes: [], data: {} };
const selection = { targets: [], choices: {} };

const opened: DomainEvent = {
  type: 'incident.opened',
  title: 't',
  database: 'd',
  service: null,
  severity: 's',
  dedupeKey: 'database:d',
  by: { kind: 'system' },
  alert: null,
};
const planned = (hash = 'h'): DomainEvent => ({
  type: 'step.planned',
  ...ref,
  plan,
  hash,
  expiresAt: '',
  differs: [],
});
const outdated: DomainEvent = { type: 'step.outdated', ...ref, reason: 'drifted', differs: [] };
const decided = (hash = 'h'): DomainEvent => ({
  type: 'decision.recorded',
  ...ref,
  hash,
  selection,
  by: anna,
});
const intended: DomainEvent = { type: 'effect.intended', ...ref, instance: 'i' };
const completed: DomainEvent = { type: 'effect.completed', ...ref, outcome, reconciled: false };
const closed: DomainEvent = { type: 'incident.closed', by: anna, reason: '' };
const rewound: DomainEvent = { type: 'run.rewound', to: 'kill', by: anna };

function stream(events: readonly DomainEvent[], name = 'INC-1'): EntryFact[] {
  return events.map((event) => ({ stream: name, at: '', event }));
}

function row(key: string, ts: string | null): ChatMessage {
  return { incidentId: 'INC-1', key, channel: 'C', ts, nonce: key, contentHash: '' };
}

function message(key: string | null, ts: string, parts: Partial<MessageFact> = {}): MessageFact {
  const thread = key === 'parent' ? null : '1';
  return {
    ts,
    key,
    thread,
    incident: key === null ? null : 'INC-1',
    text: '',
    file: null,
    offers: [],
    ...parts,
  };
}

const good: Facts = {
  acknowledged: ['a', 'a'],
  alerts: [{ id: 'ALERT-1', fingerprint: 'a', decision: 'opened', incidentId: 'INC-1' }],
  entries: stream([opened, planned(), decided(), intended, completed, closed]),
  chainProblem: null,
  incidents: [{ id: 'INC-1', status: 'closed' }],
  rows: [row('parent', '1'), row('step:kill:1', '2')],
  messages: [message('parent', '1'), message('step:kill:1', '2')],
  signals: [
    { pid: 1, what: 'cancelled' },
    { pid: 2, what: 'ignored a cancel' },
    { pid: 2, what: 'terminated' },
  ],
  specChanges: 1,
};
const judged = (parts: Partial<Facts>) => judge({ ...good, ...parts }, 'x');

it('finds nothing when everything is as it should be', () => {
  expect(judged({})).toEqual({ outcome: 'x', lostAlerts: 0, doubleEffects: 0, orphans: 0, broken: [] });
});

it('accepts an intent that comes again after a crash, and a new plan with a new decision', () => {
  const again = [opened, planned(), decided(), intended, intended, completed, closed];
  const anew = [opened, planned(), decided(), outdated, planned('i'), decided('i'), intended, completed];
  expect(isHeld(judged({ entries: stream(again) }))).toBe(true);
  expect(isHeld(judged({ entries: stream(anew) }))).toBe(true);
});

describe.each<[string, Partial<Facts>]>([
  ['an alert that is not stored', { alerts: [] }],
  [
    'an alert that is not settled',
    { alerts: [{ id: 'ALERT-1', fingerprint: 'a', decision: null, incidentId: null }] },
  ],
])('lost alerts: %s', (_, facts) => {
  it('is found once, however often it was acknowledged', () => {
    expect(judged(facts).lostAlerts).toBe(1);
  });
});

describe.each<[string, Partial<Facts>]>([
  ['a second change of the CronJob', { specChanges: 2 }],
  [
    'a second completion of one try',
    { entries: stream([opened, planned(), decided(), intended, completed, completed, closed]) },
  ],
  ['a session cancelled twice', { signals: [...good.signals, { pid: 1, what: 'cancelled' }] }],
  ['a session terminated twice', { signals: [...good.signals, { pid: 2, what: 'terminated' }] }],
  ['a cancel more than allowed', { signals: [...good.signals, { pid: 2, what: 'ignored a cancel' }] }],
])('double effects: %s', (_, facts) => {
  it('is found', () => {
    expect(judged(facts).doubleEffects).toBe(1);
  });
});

it('allows the cancel that comes again after a crash', () => {
  const facts: Facts = { ...good, signals: [...good.signals, { pid: 2, what: 'ignored a cancel' }] };
  expect(isHeld(judge(facts, 'x', { ...ONCE, ignoredCancels: 2 }))).toBe(true);
});

describe.each<[string, number, Partial<Facts>]>([
  ['a message in no row', 1, { messages: [...good.messages, message('step:x:1', '3')] }],
  ['a message of ours without a key', 1, { messages: [...good.messages, message(null, '3')] }],
  [
    'two messages with one key, of which one is in no row',
    2,
    { messages: [...good.messages, message('parent', '3')] },
  ],
  [
    'a card outside of the thread',
    1,
    { messages: [message('parent', '1'), message('step:kill:1', '2', { thread: null })] },
  ],
  ['a file that no row names', 1, { messages: [...good.messages, message(null, '3', { file: 'F1' })] }],
  ['a row without a message', 1, { rows: [...good.rows, row('step:x:1', null)] }],
  ['a row whose message is not there', 1, { rows: [...good.rows, row('step:x:1', '9')] }],
  [
    'a card that still asks',
    1,
    { messages: [message('parent', '1'), message('step:kill:1', '2', { offers: ['step.run'] })] },
  ],
])('orphans: %s', (_, count, facts) => {
  it('is found', () => {
    expect(judged(facts).orphans).toBe(count);
  });
});

it('knows the message of a file by the row that names it', () => {
  const facts = {
    rows: [...good.rows, row('document:1', 'F1')],
    messages: [...good.messages, message(null, '3', { file: 'F1' })],
  };
  expect(judged(facts).orphans).toBe(0);
});

it('lets a card ask while its incident is open', () => {
  const asking = message('step:kill:1', '2', { offers: ['step.run'] });
  const open = { incidents: [{ id: 'INC-1', status: 'open' as const }] };
  expect(judged({ ...open, messages: [message('parent', '1'), asking] }).orphans).toBe(0);
});

describe.each<[string, RegExp, Partial<Facts>]>([
  ['a broken chain', /not whole: Entry 3/, { chainProblem: 'Entry 3 was changed.' }],
  ['no incident', /no incident/, { incidents: [] }],
  ['an open incident', /INC-1 is not closed/, { incidents: [{ id: 'INC-1', status: 'open' }] }],
  [
    'an unsettled alert that nobody acknowledged',
    /ALERT-2 is stored and not settled/,
    { alerts: [...good.alerts, { id: 'ALERT-2', fingerprint: 'b', decision: null, incidentId: null }] },
  ],
  [
    'an effect without a decision',
    /begun without a decision/,
    { entries: stream([opened, planned(), intended]) },
  ],
  [
    'an effect on a plan that was outdated after the decision',
    /begun without a decision/,
    { entries: stream([opened, planned(), decided(), outdated, intended]) },
  ],
  [
    'an effect on another plan than the decided one',
    /begun without a decision/,
    { entries: stream([opened, planned(), decided(), planned('i'), intended]) },
  ],
  [
    'a decision on another plan than the present one',
    /not on the plan that was on the screen/,
    { entries: stream([opened, planned(), decided('old')]) },
  ],
  [
    'two decisions on one plan',
    /Two decisions/,
    { entries: stream([opened, planned(), decided(), decided()]) },
  ],
  [
    'two incidents for one key',
    /INC-2 was opened while INC-1 was open/,
    { entries: [...stream([opened]), ...stream([opened], 'INC-2')] },
  ],
])('broken: %s', (_, sentence, facts) => {
  it('is found', () => {
    expect(judged(facts).broken.join('\n')).toMatch(sentence);
    expect(isHeld(judged(facts))).toBe(false);
  });
});

it('counts the tries of a second run anew', () => {
  const begin: DomainEvent = {
    type: 'run.started',
    run: 2,
    runbook: {
      id: 'r',
      title: '',
      summary: '',
      purpose: 'incident',
      alerts: [],
      default: false,
      planValidMinutes: 5,
      steps: [],
      hash: '',
    },
    by: anna,
  };
  const once = [planned(), decided(), intended, completed];
  expect(isHeld(judged({ entries: stream([opened, ...once, rewound, begin, ...once, closed]) }))).toBe(true);
});

it('reads from the log of the victim what signals did', () => {
  const log = [
    'pid=12 ERROR:  canceling statement due to user request',
    'pid=12 STATEMENT:  select 1',
    'pid=13 LOG:  a cancel was ignored',
    'pid=13 FATAL:  terminating connection due to administrator command',
    'LOG:  nothing of ours',
  ].join('\n');
  expect(readSignals(log)).toEqual([
    { pid: 12, what: 'cancelled' },
    { pid: 13, what: 'ignored a cancel' },
    { pid: 13, what: 'terminated' },
  ]);
});
