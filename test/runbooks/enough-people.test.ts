import { expect, test } from 'vitest';
import { refuseTooFewPeople } from '../../src/runbooks/enough-people.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';
import { makeRunbook, makeStep } from '../support/domain.ts';

const kinds = await loadStepKinds();
const nobody = { observe: [], workload: [], session: [], incident: [] };

test.each([
  ['two', ['U0ANNA'], true],
  ['two', ['U0ANNA', 'U0ANNA'], true],
  ['two', ['U0ANNA', 'U0BEN'], false],
  ['two', [], false],
  ['one', ['U0ANNA'], false],
  ['two', ['U0ANNA', 'S0DBA'], false],
  ['two', ['S0DBA'], false],
] as const)('a step of %s with the list %j: refused %s', (confirm, session, isRefused) => {
  const runbook = makeRunbook([makeStep('kill', { kind: 'postgres.kill-queries', confirm })]);
  const check = () => refuseTooFewPeople([runbook], kinds, { ...nobody, session });
  if (isRefused) expect(check).toThrow(/Step "kill" .* needs two people, and authority\.session names one/);
  else expect(check).not.toThrow();
});
