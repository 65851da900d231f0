import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../src/domain/cause.ts';
import type { DomainEvent, RecordedEvent } from '../../../src/domain/event.ts';
import { causeActedOn, judge } from '../../../src/drill/judge/judge.ts';
import type { Scenario } from '../../../src/drill/scenario.ts';
import { shapes } from '../../../src/drill/shape.ts';
import {
  anna,
  makeOutcome,
  makePlan,
  makeRunbook,
  makeStep,
  makeVerdict,
  opening,
} from '../../support/domain.ts';

const reading: ReadonlySet<string> = new Set(['look']);
const runbook = makeRunbook([makeStep('look', { kind: 'look' }), makeStep('act', { kind: 'act' })]);

function record(events: readonly DomainEvent[]): RecordedEvent[] {
  return events.map((event, index) => ({
    position: index + 1,
    stream: 'INC-1',
    version: index + 1,
    at: new Date(index * 1000).toISOString(),
    hash: `hash-${index}`,
    event,
  }));
}

const cause = (kind: string, culprit: string): Cause => ({
  kind,
  title: kind,
  confidence: 0.9,
  evidence: [],
  rootSessions: [],
  culprit: { kind: 'CronJob', namespace: 'a', name: culprit, evidence: [] },
  helps: [],
  wontHelp: [],
  settles: [],
});
const named = (kind: string, culprit = 'report'): DomainEvent => ({
  type: 'cause.named',
  causes: [cause(kind, culprit)],
});

/** One step from its plan to its verdict. */
function carriedOut(step: string, status: 'passed' | 'failed' = 'passed'): DomainEvent[] {
  const ref = { step, attempt: 1 };
  return [
    {
      type: 'step.planned',
      ...ref,
      plan: makePlan(),
      hash: 'h',
      expiresAt: new Date(1e9).toISOString(),
      differs: [],
    },
    { type: 'decision.recorded', ...ref, hash: 'h', selection: { targets: [], choices: {} }, by: anna },
    { type: 'effect.intended', ...ref, instance: 'i' },
    { type: 'effect.completed', ...ref, outcome: makeOutcome(), reconciled: false },
    { type: 'step.verified', ...ref, verdict: makeVerdict({ status }) },
  ];
}
const closed: DomainEvent = { type: 'incident.closed', by: anna, reason: 'done' };

const scenario: Scenario = {
  id: 's',
  title: 's',
  alert: 'A',
  needs: {},
  expected: () => ({ cause: 'batch', culprit: 'CronJob a/report', actions: ['act'], guilty: [] }),
  provoke: async () => undefined,
};
const [shape = expect.fail('there is no shape')] = shapes;

function verdictOn(events: readonly DomainEvent[], ending: { left?: string; harm?: string[] } = {}) {
  const { left = null, harm = [] } = ending;
  const all = record([...opening(runbook), ...events]);
  return judge({ scenario, shape, events: all, symptom: 'x', left, harm, reading, tookMs: 1 });
}

describe('judging', () => {
  const right = [...carriedOut('look'), named('batch'), ...carriedOut('act'), closed];

  it('finds nothing in the right answer', () => {
    expect(verdictOn(right)).toMatchObject({
      causeRight: true,
      culpritRight: true,
      actionRight: true,
      actions: ['act'],
      problems: [],
    });
  });

  it.each([
    ['another cause', right.with(5, named('leak')), {}, { causeRight: false }, /cause named is leak/],
    [
      'another culprit',
      right.with(5, named('batch', 'other')),
      {},
      { culpritRight: false },
      /CronJob a\/other/,
    ],
    [
      'no action',
      [...carriedOut('look'), named('batch'), closed],
      {},
      { actionRight: false },
      /act was not carried out/,
    ],
    [
      'an action that proved nothing',
      [...right.slice(0, 6), ...carriedOut('act', 'failed'), closed],
      {},
      { actionRight: false },
      /act was not carried out and proved/,
    ],
    ['a symptom that is still there', right, { left: '9 wait' }, { actionRight: false }, /not over: 9 wait/],
    ['an incident that stays open', right.slice(0, -1), {}, { actionRight: false }, /not closed/],
    ['harm', right, { harm: ['Innocent'] }, { actionRight: true, harm: ['Innocent'] }, /Innocent/],
  ])('tells %s', (_name, events, ending, expected, told) => {
    const judgement = verdictOn(events, ending);
    expect(judgement).toMatchObject(expected);
    expect(judgement.problems).toEqual([expect.stringMatching(told)]);
  });

  it('tells an effect that is no answer, also when the right one was carried out too', () => {
    const none: Scenario = { ...scenario, expected: () => ({ ...scenario.expected(shape), actions: [] }) };
    const events = record([...opening(runbook), ...right]);
    const judgement = judge({
      scenario: none,
      shape,
      events,
      symptom: null,
      left: null,
      harm: [],
      reading,
      tookMs: 1,
    });
    expect(judgement.actionRight).toBe(false);
    expect(judgement.problems).toEqual([expect.stringContaining('act was carried out, and is no answer')]);
  });

  it('takes the last diagnosis before the first change, not one that was too late', () => {
    const first = record([
      ...opening(runbook),
      named('unknown'),
      named('batch'),
      ...carriedOut('act'),
      named('leak'),
    ]);
    expect(causeActedOn(first, reading)?.kind).toBe('batch');
    expect(causeActedOn(record(opening(runbook)), reading)).toBeNull();
  });
});
