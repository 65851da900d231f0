import { expect, it } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import { currentAttempt } from '../../src/domain/incident.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { anna, fold, makePlan, makeRunbook, makeStep, makeTarget, opening } from '../support/domain.ts';

const ref = { step: 'kill', attempt: 1 };
const planned = (plan: Plan): DomainEvent => ({
  type: 'step.planned',
  ...ref,
  plan,
  hash: 'h',
  expiresAt: '2026-11-15T05:28:00Z',
  differs: [],
});
const outdated: DomainEvent = { type: 'step.outdated', ...ref, reason: 'expired', differs: [] };
const chosen = (...targets: string[]): DomainEvent => ({
  type: 'targets.chosen',
  ...ref,
  hash: 'h',
  targets,
  by: anna,
});
const of = (...ids: string[]) => makePlan({ targets: ids.map(makeTarget) });

const chosenAfter = (...events: DomainEvent[]) =>
  currentAttempt(fold([...opening(makeRunbook([makeStep('kill')])), ...events]))?.chosen?.targets ?? null;

it('what a person spared stays spared in a plan that is made anew, and what is new is as it is proposed', () => {
  const first = [planned(of('a', 'b', 'c')), chosen('a', 'c'), outdated] as const;
  expect(chosenAfter(...first, planned(of('a', 'b', 'c')))).toEqual(['a', 'c']);
  expect(chosenAfter(...first, planned(of('a', 'b', 'd')))).toEqual(['a', 'd']);
});

it('a plan of which only the spared ones are left proposes none of them', () => {
  expect(chosenAfter(planned(of('a', 'b')), chosen('a'), outdated, planned(of('b')))).toEqual([]);
});

it('a plan in which a choice changes nothing proposes for itself', () => {
  expect(chosenAfter(planned(of('a', 'b')), chosen('a'), outdated, planned(of('a', 'd')))).toBeNull();
  expect(chosenAfter(planned(of('a', 'b')), chosen('a', 'b'), outdated, planned(of('a', 'b')))).toBeNull();
});
