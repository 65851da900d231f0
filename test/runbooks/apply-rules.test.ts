import { expect, test } from 'vitest';
import { noRules } from '../../src/domain/authority.ts';
import { applyRules } from '../../src/runbooks/apply-rules.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';
import { makeRunbook, makeStep } from '../support/domain.ts';

const kinds = await loadStepKinds();
const runbook = makeRunbook([
  makeStep('look', { kind: 'postgres.diagnose', confirm: 'none' }),
  makeStep('suspend', { kind: 'kubernetes.suspend-cronjob', confirm: 'two' }),
  makeStep('kill', { kind: 'postgres.kill-queries' }),
]);
const ruled = (rules: object) =>
  applyRules(new Map([['r', runbook]]), kinds, { ...noRules, ...rules })
    .get('r')
    ?.steps.map(({ confirm, notByAsker }) => [confirm, notByAsker]);

test('the rules of a class only add to what a runbook asks', () => {
  expect(ruled({})).toEqual([
    ['none', undefined],
    ['two', undefined],
    ['one', undefined],
  ]);
  expect(ruled({ twoPeople: ['session', 'observe'] })).toEqual([
    ['none', undefined],
    ['two', undefined],
    ['two', undefined],
  ]);
  expect(ruled({ noSelfApproval: ['session', 'workload'] })).toEqual([
    ['none', undefined],
    ['two', true],
    ['one', true],
  ]);
});
