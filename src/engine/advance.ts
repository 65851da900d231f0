import type { AttemptRef, Command } from '../domain/command.ts';
import type { DomainEvent } from '../domain/event.ts';
import { currentAttempt, type Incident, measuredSeries, type StepAttempt } from '../domain/incident.ts';
import { type Next, next } from '../domain/next.ts';
import type { Series } from '../domain/outcome.ts';
import { proposedSelection } from '../domain/plan.ts';
import type { Confirm } from '../ports/state.ts';
import { followUpsOf } from '../postmortem/action-items.ts';
import { createFollowUpBook } from './follow-up-book.ts';
import { confirmUnheld, heldBy } from './hold.ts';
import { createMeter, type Meter } from './meter.ts';
import { dedupeKeyOf } from './opening.ts';
import type { EngineOptions } from './options.ts';
import { phasesOf } from './phases.ts';
import { measureForPostMortem, writtenEvents } from './write-post-mortem.ts';

/** Milliseconds between two looks at whether a person stopped the step that is running. */
const WATCH_EVERY_MS = 1_000;

/**
 * Goes on with an incident until it waits for a person. One process at a time; `busy` when another is at it. As soon as
 * `stopping` aborts it begins nothing more, and breaks off what only looks; an effect has until `signal` aborts.
 */
export type Advance = (
  incidentId: string,
  signal: AbortSignal,
  stopping: AbortSignal,
) => Promise<'done' | 'busy'>;

/** What ends the work on an incident early, and how its hold is confirmed. */
interface Bounds {
  readonly signal: AbortSignal;
  readonly stopping: AbortSignal;
  readonly confirm: Confirm;
}

export function createAdvance(given: EngineOptions): Advance {
  const meter = createMeter(given.clock);
  const options = { ...given, ports: meter.over(given.ports) };
  return async (incidentId, signal, stopping) => {
    const held = await options.state.mutex.exclusively(`advance:${incidentId}`, async (lost, confirm) =>
      loop(options, incidentId, { signal: AbortSignal.any([signal, lost]), stopping, confirm, meter }),
    );
    return held.status;
  };
}

async function loop(
  options: EngineOptions,
  incidentId: string,
  bounds: Bounds & { readonly meter: Meter },
): Promise<void> {
  for (;;) {
    bounds.signal.throwIfAborted();
    bounds.stopping.throwIfAborted();
    const incident = await options.ledger.load(incidentId);
    if (incident === null) return;
    const todo = next(incident);
    if (todo.do === 'wait') return;
    // A server in trouble is not asked what else could be better; it is found as unfinished once the incident is closed.
    if (todo.do === 'plan' && (await heldBy(options.state, incident)) !== null) return;
    if (todo.do === 'complete-run') {
      await record(options, incidentId, { type: 'complete-run' }, bounds.meter);
      continue;
    }
    if (todo.do === 'write-post-mortem') {
      await writePostMortem(options, incident, todo.number, bounds.signal);
      continue;
    }
    const command = await commandFor(options, incident, todo, bounds);
    bounds.signal.throwIfAborted();
    // What a process that was frozen had measured or planned before may be long out of date.
    if (command?.type === 'verified' || command?.type === 'planned') await bounds.confirm();
    if (command !== null) await record(options, incidentId, command, bounds.meter);
  }
}

/** Where a step, or the run, has come to an end: what was read of the load until then is put down too. */
const ENDS: ReadonlySet<Command['type']> = new Set(['complete', 'verified', 'fail', 'complete-run']);

async function record(
  { ledger }: EngineOptions,
  incidentId: string,
  command: Command,
  meter: Meter,
): Promise<void> {
  await ledger.change(incidentId, (incident) =>
    ENDS.has(command.type) ? { command, alongside: measuredUntil(incident, command, meter) } : { command },
  );
}

/** What was read since the last entry with readings, and before those that the verdict has itself. */
function measuredUntil(incident: Incident, command: Command, meter: Meter): DomainEvent[] {
  const times = (series: readonly Series[]) => series.flatMap(({ points }) => points.map(([at]) => at));
  const own = command.type === 'verified' ? times(command.verdict.series) : [];
  const before = Math.min(...own, Number.POSITIVE_INFINITY);
  const known = times(measuredSeries(incident)).filter((at) => at < before);
  const after = Math.max(Date.parse(incident.openedAt) - 1, ...known);
  const series = meter.between(incident.database, after, before);
  return series.length === 0 ? [] : [{ type: 'load.measured', series }];
}

async function writePostMortem(
  options: EngineOptions,
  incident: Incident,
  number: number,
  signal: AbortSignal,
): Promise<void> {
  const measured = await measureForPostMortem(options.records ?? null, incident, options.clock.now(), signal);
  signal.throwIfAborted();
  // Before it is written down as written: found unwritten after a crash, it is done again, and a second time changes nothing.
  await createFollowUpBook(options.state.journal).take(incident.id, followUpsOf(incident, measured));
  await options.ledger.change(incident.id, (present) => ({
    events: writtenEvents(present, number, measured),
  }));
}

/** What the next piece of work leads to; null when there is nothing to record. */
async function commandFor(
  options: EngineOptions,
  incident: Incident,
  todo: Exclude<Next, { do: 'wait' | 'complete-run' | 'write-post-mortem' }>,
  bounds: Bounds,
): Promise<Command | null> {
  const { attempt } = todo;
  switch (todo.do) {
    case 'approve-by-runbook':
      return approveByRunbook(attempt);
    case 'pass-by':
      return { type: 'pass-by', step: attempt.step.id, attempt: attempt.attempt, reason: todo.reason };
    case 'plan':
    case 'execute':
    case 'reconcile':
    case 'verify':
      return await perform(options, incident, attempt, todo.do, bounds);
  }
}

/** Runs a phase; null when there is nothing to record, as when a person ended the try meanwhile. */
async function perform(
  options: EngineOptions,
  incident: Incident,
  attempt: StepAttempt,
  phase: 'plan' | 'execute' | 'reconcile' | 'verify',
  { signal, stopping, confirm }: Bounds,
): Promise<Command | null> {
  const ref = { step: attempt.step.id, attempt: attempt.attempt };
  const stopped = new AbortController();
  const intend = async () => {
    const { refusal } = await options.ledger.change(incident.id, async (newest) => {
      const held = await heldBy(options.state, newest);
      if (held !== null) return { events: [], refusal: { reason: 'not-possible', message: held } };
      return {
        command: {
          type: 'intend',
          ...ref,
          instance: options.instance,
          drawn: attempt.drawn,
          intents: attempt.intents,
        },
        ...(newest.purpose === 'prevention' ? { unlessOpen: dedupeKeyOf(newest.database) } : {}),
      };
    });
    return refusal === null;
  };
  const onlyLooks = phase === 'plan' || phase === 'verify';
  const ends = AbortSignal.any([signal, stopped.signal, ...(onlyLooks ? [stopping] : [])]);
  const phases = phasesOf(options, {
    incident,
    attempt,
    intend,
    confirm: confirmUnheld(options.state, incident, confirm),
    signal: ends,
  });
  const watching = new AbortController();
  const watch = watchForStop(options, incident.id, ref, stopped, watching.signal);
  try {
    if (options.telemetry === undefined) return await phases[phase]();
    return await options.telemetry.during(incident, { name: phase, attempt: ref }, phases[phase]);
  } catch (error) {
    if (stopped.signal.aborted && !signal.aborted && !stopping.aborted) return null;
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
