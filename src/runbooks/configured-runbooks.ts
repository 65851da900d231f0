import type { Authority, DecisionRules } from '../domain/authority.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { StepKinds } from '../steps/registry.ts';
import { applyRules } from './apply-rules.ts';
import { refuseTooFewPeople } from './enough-people.ts';
import { loadRunbooks } from './load-runbooks.ts';
import { SHIPPED_RUNBOOKS } from './shipped.ts';

/** What of the configuration is about runbooks. */
interface RunbookConfig {
  /** Null for the runbooks that are shipped. */
  readonly runbookDirectory: string | null;
  readonly authority: Authority;
  readonly decisionRules: DecisionRules;
}

/** The runbooks as the configuration wants them, with its rules applied. Throws `bad-runbook` or `bad-config`. */
export async function loadConfiguredRunbooks(
  { runbookDirectory, authority, decisionRules }: RunbookConfig,
  stepKinds: StepKinds,
): Promise<ReadonlyMap<string, Runbook>> {
  const loaded = await loadRunbooks(runbookDirectory ?? SHIPPED_RUNBOOKS, stepKinds);
  const runbooks = applyRules(loaded, stepKinds, decisionRules);
  refuseTooFewPeople(runbooks.values(), stepKinds, authority);
  return runbooks;
}
