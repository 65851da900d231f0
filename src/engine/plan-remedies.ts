import { describeError, isFirebreakError } from '../domain/errors.ts';
import { currentAttempt, foldIncident } from '../domain/incident.ts';
import type { Runbook, RunbookStep } from '../domain/runbook.ts';
import type { PlannedStep } from '../patches/planned-step.ts';
import { openingOf } from './opening.ts';
import type { EngineOptions } from './options.ts';
import { silentContext } from './step-context.ts';

type PlanningOptions = Pick<EngineOptions, 'kinds' | 'ports' | 'clock' | 'guard' | 'setupOf'>;

/**
 * Plans every step of a runbook that would change something, or that makes a file, by reading only: nothing is opened,
 * asked or recorded. A step that cannot be planned does not keep the others from it; only the signal throws.
 */
export async function planRemedies(
  options: PlanningOptions,
  runbook: Runbook,
  database: string,
  signal: AbortSignal,
): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  for (const step of runbook.steps) {
    const one = await planOne(options, { ...runbook, steps: [step] }, database, signal);
    const observes = options.kinds.get(step.kind)?.actionClass === 'observe';
    if (!observes || makesFile(one)) planned.push(one);
  }
  return planned;
}

/** Whether a step that only reads has something for a repository, such as the configuration of a PgBouncer. */
function makesFile({ plan }: PlannedStep): boolean {
  return plan?.commands.some(({ patch }) => patch !== null && patch !== undefined) ?? false;
}

async function planOne(
  options: PlanningOptions,
  runbook: Runbook,
  database: string,
  signal: AbortSignal,
): Promise<PlannedStep> {
  signal.throwIfAborted();
  const [step] = runbook.steps as [RunbookStep];
  const kind = options.kinds.get(step.kind);
  if (kind === undefined) {
    const message = `This version of Firebreak has no step kind ${step.kind}.`;
    return { step, plan: null, problem: { message, hint: 'Upgrade Firebreak.', commands: [] } };
  }
  try {
    const ctx = silentContext(options, { ...supposed(options, runbook, database), confirm, signal });
    return { step, plan: await kind.plan(ctx, step.params), problem: null };
  } catch (error) {
    signal.throwIfAborted();
    const { message, hint } = describeError(error);
    const commands = isFirebreakError(error) ? (error.situation?.next ?? []) : [];
    return { step, plan: null, problem: { message, hint, commands } };
  }
}

async function confirm(): Promise<never> {
  throw new Error('A plan changes nothing.');
}

/** The run as it would be if it had been opened. */
function supposed({ clock }: PlanningOptions, runbook: Runbook, database: string) {
  const at = clock.now().toISOString();
  const { events } = openingOf('PLAN', {
    database,
    service: null,
    runbook,
    by: { kind: 'system' },
    alert: null,
  });
  const recorded = events.map((event, index) => ({
    position: index + 1,
    stream: 'PLAN',
    version: index + 1,
    at,
    hash: '',
    event,
  }));
  const incident = foldIncident('PLAN', recorded);
  const attempt = currentAttempt(incident);
  if (attempt === undefined) throw new Error('A run that was started has a present step.');
  return { incident, attempt };
}
