import type { Authority, DecisionRules } from '../domain/authority.ts';
import { FirebreakError } from '../domain/errors.ts';
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
  readonly alertPolicy: { readonly routes: readonly { readonly runbook: string | null }[] };
}

/** The runbooks as the configuration wants them, with its rules applied. Throws `bad-runbook` or `bad-config`. */
export async function loadConfiguredRunbooks(
  { runbookDirectory, authority, decisionRules, alertPolicy }: RunbookConfig,
  stepKinds: StepKinds,
): Promise<ReadonlyMap<string, Runbook>> {
  const loaded = await loadRunbooks(runbookDirectory ?? SHIPPED_RUNBOOKS, stepKinds);
  const runbooks = applyRules(loaded, stepKinds, decisionRules);
  refuseUnknownRunbooks(runbooks, alertPolicy.routes);
  refuseTooFewPeople(runbooks.values(), stepKinds, authority);
  return runbooks;
}

/** An alert that is sent to a runbook that is not there would start nothing. */
function refuseUnknownRunbooks(
  runbooks: ReadonlyMap<string, Runbook>,
  routes: RunbookConfig['alertPolicy']['routes'],
): void {
  const started = [...runbooks.values()].filter(({ purpose }) => purpose === 'incident').map(({ id }) => id);
  const unknown = routes.flatMap(({ runbook }) =>
    runbook === null || started.includes(runbook) ? [] : [runbook],
  );
  if (unknown.length === 0) return;
  throw new FirebreakError('bad-config', `alerts.routes name unknown runbooks: ${unknown.join(', ')}.`, {
    hint: `There are: ${started.join(', ')}.`,
  });
}
