import type { AttemptRef } from '../../domain/command.ts';
import { type ErrorCode, errorCodes } from '../../domain/errors.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import { currentRun, type Incident, type StepAttempt } from '../../domain/incident.ts';
import type { Metrics } from './metrics.ts';

/** Counts entries of the journal; the incident is as it is after them. */
export function countEvents(
  metrics: Metrics,
  incident: Incident | null,
  events: readonly RecordedEvent[],
): void {
  for (const { event, at } of events) {
    metrics.entries.inc({ type: event.type });
    if (incident === null) continue;
    const attempt = 'attempt' in event ? attemptOf(incident, event) : undefined;
    const kind = attempt?.step.kind ?? 'unknown';
    const sinceOpened = seconds(incident.openedAt, at);
    switch (event.type) {
      case 'decision.recorded':
        if (event.by.kind === 'person' && attempt?.times.plannedAt !== undefined)
          metrics.decisionSeconds.observe(seconds(attempt.times.plannedAt, at));
        break;
      case 'decision.refused':
        metrics.refusals.inc({ reason: event.reason });
        break;
      case 'effect.intended':
        metrics.effects.inc({ kind, state: 'begun' });
        break;
      case 'effect.completed':
        metrics.effects.inc({ kind, state: event.reconciled ? 'found-done' : 'completed' });
        break;
      case 'step.verified':
        metrics.steps.inc({ kind, result: event.verdict.status });
        break;
      case 'step.skipped':
        metrics.steps.inc({ kind, result: event.passedBy === true ? 'passed-by' : 'skipped' });
        break;
      case 'step.accepted':
        metrics.steps.inc({ kind, result: 'accepted' });
        break;
      case 'step.failed':
        metrics.stepFailures.inc({ phase: event.phase, code: knownCode(event.fault.code) });
        break;
      case 'incident.mitigated':
        metrics.mitigationSeconds.observe(sinceOpened);
        break;
      case 'incident.recovered':
        metrics.recoverySeconds.observe(sinceOpened);
        break;
      default:
        break;
    }
  }
}

function attemptOf(incident: Incident, { step, attempt }: AttemptRef): StepAttempt | undefined {
  return currentRun(incident)?.attempts.findLast(
    (found) => found.step.id === step && found.attempt === attempt,
  );
}

/** A code that a future version wrote is no word of this one. */
function knownCode(code: string): ErrorCode {
  return code in errorCodes ? (code as ErrorCode) : 'internal';
}

function seconds(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);
}
