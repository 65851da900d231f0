import { expect, it } from 'vitest';
import type { Command } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { currentAttempt } from '../../src/domain/incident.ts';
import { planHash } from '../../src/domain/plan.ts';
import {
  anna,
  fold,
  makeOutcome,
  makePlan,
  makeRunbook,
  makeStep,
  makeVerdict,
  opening,
} from '../support/domain.ts';

const ref = { step: 'look', attempt: 1 };
const plan = makePlan();
const intended: DomainEvent = { type: 'effect.intended', ...ref, instance: 'one' };
const approved: DomainEvent[] = [
  ...opening(makeRunbook([makeStep('look')])),
  {
    type: 'step.planned',
    ...ref,
    plan,
    hash: planHash(plan),
    expiresAt: '2030-01-01T00:00:00Z',
    differs: [],
  },
  {
    type: 'decision.recorded',
    ...ref,
    hash: planHash(plan),
    selection: { targets: [], choices: {} },
    by: anna,
  },
];
const fault = { code: 'internal', message: 'm', hint: 'h' };

/** What a process may say that knows of so many plans, and to have begun the effect so often. */
const sayings = (intents: number, drawn = 1): Command[] => {
  const known = { ...ref, drawn, intents };
  return [
    { type: 'intend', ...known, instance: 'one' },
    { type: 'complete', ...known, outcome: makeOutcome(), reconciled: false },
    { type: 'drifted', ...known, differs: ['It changed.'] },
    { type: 'fail', ...known, phase: 'execute', fault },
    { type: 'fail', ...known, phase: 'reconcile', fault },
  ];
};

it.each(sayings(1))('takes nothing from a process that another one has replaced: $type', (command) => {
  const replaced = fold([...approved, intended, { ...intended, instance: 'two' }]);
  expect(decide(replaced, command, new Date()).events).toEqual([]);
  expect(decide(fold([...approved, intended]), command, new Date()).events).not.toEqual([]);
});

it.each([...sayings(0), { type: 'fail', ...ref, drawn: 1, intents: 0, phase: 'recheck', fault } as const])(
  'takes nothing that is about the plan before the one that was approved: $type',
  (command) => {
    const [asked, decision] = approved.slice(-2);
    const outdated: DomainEvent = {
      type: 'step.outdated',
      ...ref,
      reason: 'drifted',
      differs: ['It changed.'],
    };
    const anew = [...approved, outdated, asked, decision].filter((event) => event !== undefined);
    expect(decide(fold(anew), command, new Date()).events).toEqual([]);
  },
);

it('takes no plan that was begun before another one was shown', () => {
  const outdated: DomainEvent = { type: 'step.outdated', ...ref, reason: 'expired', differs: [] };
  const planned: Command = { type: 'planned', ...ref, drawn: 0, plan, differs: [], validForMs: 1 };
  const planning = fold([...approved.slice(0, -1), outdated]);
  expect(decide(planning, planned, new Date()).events).toEqual([]);
  expect(decide(planning, { ...planned, drawn: 1 }, new Date()).events).toHaveLength(1);
});

it('lets only one of two processes begin the same effect', () => {
  const intend: Command = { type: 'intend', ...ref, instance: 'two', drawn: 1, intents: 0 };
  expect(decide(fold(approved), intend, new Date()).events).toHaveLength(1);
  expect(decide(fold([...approved, intended]), intend, new Date()).events).toEqual([]);
});

it('does not fail a step in a phase in which it is not', () => {
  const fail: Command = { type: 'fail', ...ref, drawn: 1, intents: 1, phase: 'verify', fault };
  expect(decide(fold([...approved, intended]), fail, new Date()).events).toEqual([]);
});

it('takes no verdict on a try of the same step that came later', () => {
  const completed: DomainEvent = {
    type: 'effect.completed',
    ...ref,
    outcome: makeOutcome(),
    reconciled: false,
  };
  const once = [...approved, intended, completed];
  const again = once.slice(opening(makeRunbook([makeStep('look')])).length).map((event) => {
    return 'attempt' in event ? { ...event, attempt: 2 } : event;
  });
  const back: DomainEvent = { type: 'run.rewound', to: 'look', by: anna };
  const verified: Command = { type: 'verified', ...ref, verdict: makeVerdict({ status: 'passed' }) };
  const later = fold([...once, back, ...again]);
  expect(currentAttempt(later)).toMatchObject({ attempt: 2, status: 'verifying' });
  expect(decide(fold(once), verified, new Date()).events).not.toEqual([]);
  expect(decide(later, verified, new Date()).events).toEqual([]);
});
