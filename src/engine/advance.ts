import type { AttemptRef, Command } from '../domain/command.ts';
import { currentAttempt, type Incident, type StepAttempt } from '../domain/incident.ts';
import { next } from '../domain/next.ts';
import { proposedSelection } from '../domain/plan.ts';
import type { EngineOptions } from './options.ts';
import { phasesOf } from './phases.ts';

/** Milliseconds between two looks at whether a person stopped the step that is running. */
const WATCH_EVERY_MS = 1_000;

/** Goes on with an incident until it waits for a person. One process at a time; `busy` when another is at it. */
export type Advance = (incidentId: string, signal: AbortSignal) => Promise<'done' | 'busy'>;

export function createAdvance(options: EngineOptions): Advance {
  return async (incidentId, signal) => {
    const held = await options.state.mutex.exclusively(`advance:${incidentId}`, async (lost) =>
      loop(options, incidentId, AbortSignal.any([signal, lost])),
    );
    return held.status;
  };
}

async function loop(options: EngineOptions, incidentId: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const incident = await options.ledger.load(incidentId);
    if (incident === null) return;
    const todo = next(incident);
    if (todo.do === 'wait') return;
    if (todo.do === 'complete-run') {
      await options.ledger.change(incidentId, () => ({ command: { type: 'complete-run' } }));
      continue;
    }
    const command =
      todo.do === 'approve-by-runbook'
        ? approveByRunbook(todo.attempt)
        : await perform(options, incident, todo.attempt, todo.do, signal);
    if (command !== null) await options.ledger.change(incidentId, () => ({ command }));
  }
}

/** Runs a phase; null when a person ended the try meanwhile. */
async function perform(
  options: EngineOptions,
  incident: Incident,
  attempt: StepAttempt,
  phase: 'plan' | 'execute' | 'reconcile' | 'verify',
  signal: AbortSignal,
): Promise<Command | null> {
  const ref = { step: attempt.step.id, attempt: attempt.attempt };
  const stopped = new AbortController();
  const intend = async () => {
    const { refusal } = await options.ledger.change(incident.id, () => ({
      command: { type: 'intend', ...ref, instance: options.instance },
    }));
    return refusal === null;
  };
  const phases = phasesOf(options, incident, attempt, intend, AbortSignal.any([signal, stopped.signal]));
  const watching = new AbortController();
  const watch = watchForStop(options, incident.id, ref, stopped, watching.signal);
  try {
    return await phases[phase]();
  } catch (error) {
    if (stopped.signal.aborted && !signal.aborted) return null;
    throw error;
  } finally {
    watching.abort();
    await watch;
  }
}

/** Aborts the phase when the try is no longer the present one: skipped, aborted or gone back from. */
async function watchForStop(
  options: EngineOptions,
  incidentId: string,
  ref: AttemptRef,
  stopped: AbortController,
  signal: AbortSignal,
): Promise<void> {
  try {
    while (!signal.aborted) {
      await options.clock.sleep(WATCH_EVERY_MS, signal);
      const incident = await options.ledger.load(incidentId).catch(() => null);
      if (incident === null) continue;
      const current = currentAttempt(incident);
      if (current?.step.id !== ref.step || current.attempt !== ref.attempt) {
        stopped.abort(new Error('A person ended this step.'));
        return;
      }
    }
  } catch {
    // The phase ended first.
  }
}

function approveByRunbook(attempt: StepAttempt): Command | null {
  if (attempt.plan === null) return null;
  return {
    type: 'decide',
    step: attempt.step.id,
    attempt: attempt.attempt,
    choice: 'run',
    hash: attempt.hash,
    selection: proposedSelection(attempt.plan),
    to: null,
    by: { kind: 'policy', id: 'runbook', name: 'the runbook (confirm: none)' },
  };
}
