import type { Command } from '../domain/command.ts';
import {
  describeError,
  FirebreakError,
  isFirebreakError,
  isStateAway,
  loggableError,
} from '../domain/errors.ts';
import type { Fault, Phase } from '../domain/event.ts';
import { currentRun, type Incident, type StepAttempt } from '../domain/incident.ts';
import type { Json } from '../domain/json.ts';
import { type Plan, proposedSelection, type Selection } from '../domain/plan.ts';
import type { Confirm } from '../ports/state.ts';
import { Drifted, type Reconciliation, type StepKind } from '../steps/step-kind.ts';
import { heldBy } from './hold.ts';
import type { EngineOptions } from './options.ts';
import { namingOtherRunbook } from './other-runbook.ts';
import { planDifferences } from './plan-differences.ts';
import { stepContext } from './step-context.ts';

/** How often an effect of unknown outcome is begun before a person has to look. */
const MOST_INTENTS = 3;

/** One phase of one try: reads the world, acts or measures, and answers with the command that records it. */
type Phases = {
  plan(): Promise<Command | null>;
  execute(): Promise<Command | null>;
  reconcile(): Promise<Command | null>;
  verify(): Promise<Command | null>;
};

/** What the phases of a try need besides the options. */
export interface PhaseParts {
  readonly incident: Incident;
  readonly attempt: StepAttempt;
  /** Records that the effect is about to begin; false when it is not to, as somebody else is at it or decided otherwise. */
  readonly intend: () => Promise<boolean>;
  /** Asked right before each change of the world. */
  readonly confirm: Confirm;
  readonly signal: AbortSignal;
}

/**
 * The phases of the present try; null when there is nothing to record. A phase that was aborted throws the signal's
 * reason and records nothing.
 */
export function phasesOf(options: EngineOptions, parts: PhaseParts): Phases {
  const { incident, attempt, signal } = parts;
  const { drawn } = attempt;
  const ref = { step: attempt.step.id, attempt: attempt.attempt, drawn };
  const ctx = stepContext(options, parts);
  let { intents } = attempt;
  const validForMs = (currentRun(incident)?.runbook.planValidMinutes ?? 5) * 60_000;

  async function guarded(phase: Phase, work: () => Promise<Command | null>): Promise<Command | null> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      // Nothing can be recorded now, and nothing of the step failed: it goes on where it is once the state is back.
      if (isStateAway(error)) throw error;
      options.logger.warn(
        { err: loggableError(error), incidentId: incident.id, step: ref.step, attempt: ref.attempt, phase },
        'step failed',
      );
      return { type: 'fail', ...ref, phase, fault: faultOf(error), intents };
    }
  }

  async function act(kind: StepKind, plan: Plan, selection: Selection): Promise<Command | null> {
    if (!(await parts.intend())) return null;
    intents += 1;
    try {
      const outcome = namingOtherRunbook(await kind.execute(ctx, plan, selection), incident, options);
      return { type: 'complete', ...ref, outcome, reconciled: false, intents };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Drifted && attempt.intents === 0)
        return { type: 'drifted', ...ref, intents, differs: error.differs };
      const found = await kind.reconcile(ctx, plan, selection).catch(() => null);
      signal.throwIfAborted();
      if (found?.status === 'done')
        return { type: 'complete', ...ref, outcome: found.outcome, reconciled: true, intents };
      throw error;
    }
  }

  async function approved(): Promise<{ kind: StepKind; plan: Plan; selection: Selection; tooOld: boolean }> {
    const kind = kindOf(options, attempt);
    if (attempt.plan === null || attempt.decision === null)
      throw new Error('An approved step has a plan and a decision.');
    // Both by the clock of the state: the one of this machine may be wrong.
    const age = (await options.state.now()).getTime() - Date.parse(attempt.decision.at);
    return { kind, plan: attempt.plan, selection: attempt.decision.selection, tooOld: age > validForMs };
  }

  return {
    plan: () =>
      guarded('plan', async () => {
        const plan = await kindOf(options, attempt).plan(ctx, attempt.step.params);
        const differs =
          attempt.plan === null
            ? attempt.differs
            : [...attempt.differs, ...planDifferences(attempt.plan, plan)];
        return { type: 'planned', ...ref, plan, differs: [...new Set(differs)], validForMs };
      }),

    async execute() {
      const obstacle = await guarded('recheck', async () => {
        const { kind, plan, selection, tooOld } = await approved();
        if (tooOld)
          return {
            type: 'drifted',
            ...ref,
            intents,
            differs: ['The approval came too long ago to act on it.'],
          };
        const held = await heldBy(options.state, incident);
        if (held !== null) return { type: 'drifted', ...ref, intents, differs: [held] };
        const differs = await kind.recheck(ctx, plan, selection);
        return differs.length > 0 ? { type: 'drifted', ...ref, intents, differs } : null;
      });
      if (obstacle !== null) return obstacle;
      return await guarded('execute', async () => {
        const { kind, plan, selection } = await approved();
        return await act(kind, plan, selection);
      });
    },

    reconcile: () =>
      guarded('reconcile', async () => {
        const { kind, plan, selection, tooOld } = await approved();
        const found = await kind.reconcile(ctx, plan, selection);
        if (found.status === 'done')
          return { type: 'complete', ...ref, outcome: found.outcome, reconciled: true, intents };
        const obstacle = whyNotAgain(found, tooOld, attempt.intents);
        if (obstacle !== null) return { type: 'fail', ...ref, phase: 'reconcile', fault: obstacle, intents };
        const held = await heldBy(options.state, incident);
        if (held !== null)
          return { type: 'fail', ...ref, phase: 'reconcile', fault: interruptedAndHeld(held), intents };
        return await act(kind, plan, selection);
      }),

    verify: () =>
      guarded('verify', async () => {
        const kind = kindOf(options, attempt);
        const { plan, outcome } = attempt;
        if (plan === null || outcome === null) throw new Error('A step is verified when it has an outcome.');
        const selection = attempt.decision?.selection ?? proposedSelection(plan);
        return { type: 'verified', ...ref, verdict: await kind.verify(ctx, plan, selection, outcome) };
      }),
  };
}

function faultOf(error: unknown): Fault {
  const situation = isFirebreakError(error) ? error.situation : undefined;
  return { ...describeError(error), ...(situation === undefined ? {} : { situation }) };
}

function kindOf(options: EngineOptions, attempt: StepAttempt): StepKind {
  const kind = options.kinds.get(attempt.step.kind);
  if (kind !== undefined) return kind;
  throw new FirebreakError(
    'bad-runbook',
    `This version of Firebreak has no step kind ${attempt.step.kind}.`,
    {
      hint: 'Skip the step and do it by hand as the runbook says, or upgrade Firebreak.',
    },
  );
}

function interruptedAndHeld(held: string): Fault {
  return {
    code: 'not-allowed',
    message: `Firebreak was interrupted while acting, and not all of it is done. ${held}`,
    hint: 'Try again when the incident is closed: the plan is made anew.',
  };
}

function whyNotAgain(found: Reconciliation<Json>, tooOld: boolean, intents: number) {
  const hint = 'Look at the targets, then try again to get a new plan, or go on.';
  if (found.status === 'unknown') {
    return {
      code: 'internal',
      message: `Firebreak was interrupted while acting, and cannot tell what happened: ${found.why}`,
      hint,
    };
  }
  if (tooOld) {
    return {
      code: 'internal',
      message: 'Firebreak was interrupted while acting, and the approval is too old to go on.',
      hint,
    };
  }
  if (intents >= MOST_INTENTS) {
    return { code: 'internal', message: `Firebreak was interrupted ${intents} times while acting.`, hint };
  }
  return null;
}
