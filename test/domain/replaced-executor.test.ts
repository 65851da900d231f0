import { expect, it } from 'vitest';
import type { Command } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { planHash } from '../../src/domain/plan.ts';
import { anna, fold, makeOutcome, makePlan, makeRunbook, makeStep, opening } from '../support/domain.ts';

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

/** What a process may say of an effect that it knows to have begun so often. */
const sayings = (intents: number): Command[] => [
  { type: 'intend', ...ref, instance: 'one', intents },
  { type: 'complete', ...ref, outcome: makeOutcome(), reconciled: false, intents },
  { type: 'drifted', ...ref, differs: ['It changed.'], intents },
  { type: 'fail', ...ref, phase: 'execute', fault, intents },
  { type: 'fail', ...ref, phase: 'reconcile', fault, intents },
];

it.each(sayings(1))('takes nothing from a process that another one has replaced: $type', (command) => {
  const replaced = fold([...approved, intended, { ...intended, instance: 'two' }]);
  expect(decide(replaced, command, new Date()).events).toEqual([]);
  expect(decide(fold([...approved, intended]), command, new Date()).events).not.toEqual([]);
});

it('lets only one of two processes begin the same effect', () => {
  const intend: Command = { type: 'intend', ...ref, instance: 'two', intents: 0 };
  expect(decide(fold(approved), intend, new Date()).events).toHaveLength(1);
  expect(decide(fold([...approved, intended]), intend, new Date()).events).toEqual([]);
});

it('does not fail a step in a phase in which it is not', () => {
  const fail: Command = { type: 'fail', ...ref, phase: 'verify', fault, intents: 1 };
  expect(decide(fold([...approved, intended]), fail, new Date()).events).toEqual([]);
});
