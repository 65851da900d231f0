import { abortable } from '../domain/abortable.ts';
import { describeError } from '../domain/errors.ts';
import { currentAttempt, type Incident, type StepAttempt } from '../domain/incident.ts';
import type { Plan, Target } from '../domain/plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { StepKind } from '../steps/step-kind.ts';
import type { Recheck } from './desk.ts';
import type { EngineOptions } from './options.ts';
import { silentContext } from './step-context.ts';

const SAME: Recheck = { status: 'same' };

/**
 * Plans the step afresh, by reading only, and compares these targets of the plan on the screen with it. Nothing is
 * recorded. It looks once: an answer is wanted while a person waits for it.
 */
export async function recheckTargets(
  options: EngineOptions,
  incident: Incident,
  targets: readonly string[],
  signal: AbortSignal,
): Promise<Recheck> {
  const attempt = currentAttempt(incident);
  const kind = options.kinds.get(attempt?.step.kind ?? '');
  if (attempt?.plan == null || kind === undefined) return SAME;
  try {
    const fresh = await planOnce(options, { incident, attempt, kind, signal });
    const changes = attempt.plan.targets
      .filter(({ id }) => targets.includes(id))
      .flatMap((target) => changeOf(kind, target, fresh));
    return changes.length === 0 ? SAME : { status: 'changed', changes };
  } catch (error) {
    return {
      status: 'unread',
      why: signal.aborted ? 'There was no answer in time.' : describeError(error).message,
    };
  }
}

async function planOnce(
  options: EngineOptions,
  parts: {
    readonly incident: Incident;
    readonly attempt: StepAttempt;
    readonly kind: StepKind;
    readonly signal: AbortSignal;
  },
): Promise<Plan> {
  const { kind, attempt, signal } = parts;
  const clock: Clock = {
    now: () => options.clock.now(),
    steady: () => options.clock.steady(),
    sleep: async () => signal.throwIfAborted(),
  };
  const confirm = async (): Promise<never> => {
    throw new Error('A look at the targets changes nothing.');
  };
  const ctx = silentContext({ ...options, clock }, { ...parts, confirm });
  signal.throwIfAborted();
  return await abortable(kind.plan(ctx, attempt.step.params), signal);
}

function changeOf(kind: StepKind, target: Target, fresh: Plan): string[] {
  const now = fresh.targets.find(({ id }) => id === target.id);
  if (now !== undefined) {
    return kind.isSameTarget(target, now) ? [] : [`${target.label}: it does something else by now.`];
  }
  const left = fresh.excluded.find(({ id }) => id === target.id);
  return [
    left === undefined
      ? `${target.label}: it is gone, or there is no reason left to act on it.`
      : `${target.label}: it is left alone now. ${left.reason}`,
  ];
}
