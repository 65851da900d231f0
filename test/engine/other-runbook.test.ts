import { expect, it } from 'vitest';
import type { Cause } from '../../src/domain/cause.ts';
import { foldIncident } from '../../src/domain/incident.ts';
import { namingOtherRunbook } from '../../src/engine/other-runbook.ts';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';
import { SHIPPED_RUNBOOKS } from '../../src/runbooks/shipped.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';
import { makeOutcome, opening, record } from '../support/domain.ts';

const kinds = await loadStepKinds();
const runbooks = await loadRunbooks(SHIPPED_RUNBOOKS, kinds);

const found: Omit<Cause, 'kind'> = {
  title: 'It is so',
  confidence: 0.9,
  evidence: [],
  rootSessions: [],
  culprit: null,
  helps: [],
  wontHelp: [],
  settles: [],
};

/** What the diagnosis of a run of this runbook tells beside the cause. */
function told(runbook: string, cause: string) {
  const own = runbooks.get(runbook) ?? expect.fail(`There is no runbook ${runbook}.`);
  const incident = foldIncident('INC-1', record(opening(own)));
  const outcome = makeOutcome({
    causes: [{ ...found, kind: cause }],
    facts: [{ name: 'CPU', value: 'idle' }],
  });
  return namingOtherRunbook(outcome, incident, { runbooks, kinds }).facts;
}

it('says which runbook has steps for the cause when this one has none', () => {
  expect(told('replication-lag', 'lock-queue')).toEqual([
    {
      name: 'Another runbook',
      value:
        'pool-exhaustion has steps for this cause, replication-lag has none. Close this incident and start /db-triage orders-primary pool-exhaustion.',
    },
    { name: 'CPU', value: 'idle' },
  ]);
});

it.each([
  ['the runbook has steps itself', 'lock-pileup', 'lock-queue'],
  ['no runbook has any', 'lock-pileup', 'replication-interrupted'],
  ['there is no cause to act on', 'replication-lag', 'nothing-wrong'],
  ['nobody knows', 'replication-lag', 'unknown'],
])('says nothing when %s', (_when, runbook, cause) => {
  expect(told(runbook, cause)).toEqual([{ name: 'CPU', value: 'idle' }]);
});
