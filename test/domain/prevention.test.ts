import { expect, test } from 'vitest';
import { breakerOf } from '../../src/domain/breaker.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { learnedFrom } from '../../src/domain/learning.ts';
import { dueLevels } from '../../src/domain/waiting.ts';
import { fold, makePlan, makeRunbook, makeStep, opening } from '../support/domain.ts';

const planned: DomainEvent = {
  type: 'step.planned',
  step: 'remedy',
  attempt: 1,
  plan: makePlan(),
  hash: 'h',
  expiresAt: '2026-11-15T06:23:00.000Z',
  differs: [],
};
const runbook = makeRunbook([makeStep('remedy')]);
const [first, started] = opening(runbook);

function waiting(purpose: 'incident' | 'prevention') {
  if (first?.type !== 'incident.opened' || started === undefined) throw new Error('It was not opened.');
  return fold([{ ...first, purpose }, started, planned]);
}

test('what waits in a prevention run is reminded of in its thread, and pages nobody', () => {
  const later = new Date('2026-11-16T05:23:00.000Z');
  expect(dueLevels(waiting('incident'), ['thread', 'group', 'page'], later)).toEqual(['group', 'page']);
  expect(dueLevels(waiting('prevention'), ['thread', 'group', 'page'], later)).toEqual(['thread']);
});

test('a prevention run counts among no incidents', () => {
  expect(learnedFrom([waiting('incident'), waiting('prevention')]).count).toBe(1);
});

test('an entry that was written before there were prevention runs is an incident', () => {
  if (first === undefined || started === undefined) throw new Error('It was not opened.');
  const old = fold([first, started]);
  expect(old.purpose).toBe('incident');
  expect(breakerOf('orders-primary', old).state).toBe('open');
});
