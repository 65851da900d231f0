import { noSetup } from '../domain/database-setup.ts';
import { loggableError } from '../domain/errors.ts';
import { currentRun, type Incident, type StepAttempt } from '../domain/incident.ts';
import type { Progress } from '../domain/outcome.ts';
import { proposedSelection } from '../domain/plan.ts';
import type { Confirm } from '../ports/state.ts';
import type { EarlierStep, StepContext } from '../steps/step-kind.ts';
import { fencedPorts } from './fenced-ports.ts';
import type { EngineOptions } from './options.ts';

/** Milliseconds between two progress reports that reach people. */
const PROGRESS_EVERY_MS = 2_000;

interface ContextParts {
  readonly incident: Incident;
  readonly attempt: StepAttempt;
  readonly confirm: Confirm;
  readonly signal: AbortSignal;
}

/** What a step kind sees of the world for one try. */
export function stepContext(options: EngineOptions, parts: ContextParts): StepContext {
  const progress = progressReporter(options, parts.incident.id, parts.attempt);
  return { ...silentContext(options, parts), progress };
}

/** The same where nobody follows how far it is. */
export function silentContext(
  options: Pick<EngineOptions, 'ports' | 'clock' | 'guard' | 'setupOf'>,
  { incident, attempt, confirm, signal }: ContextParts,
): StepContext {
  return {
    ports: fencedPorts(options.ports, confirm),
    clock: options.clock,
    signal,
    incident: { id: incident.id, database: incident.database, openedAt: incident.openedAt },
    earlier: earlierSteps(incident, attempt),
    guard: options.guard,
    setup: options.setupOf?.(incident.database) ?? noSetup,
    progress: () => undefined,
  };
}

/** The tries of this run that have a plan and ended, or whose effect took place, oldest first. */
function earlierSteps(incident: Incident, present: StepAttempt): EarlierStep[] {
  const attempts = currentRun(incident)?.attempts ?? [];
  return attempts
    .filter((attempt) => attempt !== present)
    .flatMap((attempt) =>
      attempt.plan === null
        ? []
        : [
            {
              stepId: attempt.step.id,
              kind: attempt.step.kind,
              plan: attempt.plan,
              selection: attempt.decision?.selection ?? proposedSelection(attempt.plan),
              begunAt: attempt.intents > 0 ? (attempt.times.intendedAt ?? null) : null,
              outcome: attempt.outcome,
              verdict: attempt.verdict,
            },
          ],
    );
}

function progressReporter(options: EngineOptions, incidentId: string, attempt: StepAttempt) {
  let last = Number.NEGATIVE_INFINITY;
  return (progress: Progress): void => {
    const now = options.clock.now().getTime();
    if (now - last < PROGRESS_EVERY_MS) return;
    last = now;
    options.state.progress
      .put(incidentId, { step: attempt.step.id, attempt: attempt.attempt, progress })
      .then(() => options.state.queue.wake('render', incidentId))
      .catch((error: unknown) =>
        options.logger.warn({ err: loggableError(error), incidentId }, 'progress could not be shown'),
      );
  };
}
