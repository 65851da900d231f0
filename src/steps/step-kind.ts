import { z } from 'zod';
import type { ActionClass } from '../domain/actor.ts';
import type { DatabaseSetup } from '../domain/database-setup.ts';
import type { Json } from '../domain/json.ts';
import { Outcome, type Progress, type Verdict } from '../domain/outcome.ts';
import { type Plan, proposedSelection, type Selection, Target } from '../domain/plan.ts';
import type { Audits } from '../ports/audits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Databases, SignalGuard } from '../ports/databases.ts';
import type { IndexAdvisor } from '../ports/index-advisor.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Poolers } from '../ports/poolers.ts';
import type { Workloads } from '../ports/workloads.ts';

/** The outside systems a step kind may name in `needs`. */
export interface Ports {
  readonly databases: Databases;
  readonly poolers: Poolers;
  readonly workloads: Workloads;
  readonly metrics: Metrics;
  /** What is read of all the others, as findings. */
  readonly audits: Audits;
  readonly advisor: IndexAdvisor;
}
export type PortName = keyof Ports;

/** A step of the same run that ended before, newest last. */
export interface EarlierStep {
  readonly stepId: string;
  readonly kind: string;
  readonly plan: Plan;
  readonly selection: Selection;
  /** When its effect was begun, ISO 8601, or null; without an outcome it is not known how far it came. */
  readonly begunAt: string | null;
  /** Null when the step was skipped. */
  readonly outcome: Outcome | null;
  readonly verdict: Verdict | null;
}

export interface StepContext<P extends PortName = PortName> {
  readonly ports: Pick<Ports, P>;
  readonly clock: Clock;
  /** Aborts when the run is aborted or the process stops. */
  readonly signal: AbortSignal;
  readonly incident: {
    readonly id: string;
    readonly database: string;
    /** ISO 8601. */
    readonly openedAt: string;
  };
  readonly earlier: readonly EarlierStep[];
  /** Who is never signalled, from the configuration. */
  readonly guard: SignalGuard;
  /** What the configuration says around the database: its hours of high load, its hosts. */
  readonly setup: DatabaseSetup;
  /** Shows where a long step is; the last report wins. */
  progress(progress: Progress): void;
}

/** Thrown by execute as long as nothing was changed: the world is not what was approved. A new plan is made. */
export class Drifted extends Error {
  override readonly name = 'Drifted';
  /** What differs from the plan, in words. */
  readonly differs: readonly string[];

  constructor(differs: readonly string[]) {
    super(differs.join(' '));
    this.differs = differs;
  }
}

/** What a step kind's plan() returns; `defineStep` adds kind and parsed params. */
export type Draft<T> = Omit<Plan, 'kind' | 'params' | 'targets'> & {
  targets: (Omit<Target, 'identity'> & { identity: T })[];
};

/** The approved part of a plan: params, the selected targets, the chosen answers. */
export interface Approved<S extends z.ZodObject, T> {
  readonly plan: Plan;
  readonly params: z.output<S>;
  readonly targets: (Omit<Target, 'identity'> & { identity: T })[];
  readonly choices: Readonly<Record<string, string>>;
}

/** What the world says of an effect whose completion was never recorded. */
export type Reconciliation<D> =
  /** All of it happened: this is its outcome. */
  | { status: 'done'; outcome: OutcomeOf<D> }
  /** Executing again is safe: it finishes what is missing and repeats nothing. */
  | { status: 'unfinished' }
  /** A person has to look. */
  | { status: 'unknown'; why: string };

export type OutcomeOf<D> = Omit<Outcome, 'data'> & { data: D };

type AfterDecision<C, A, D> = {
  /** Says what differs between the approved plan and the world now; an empty list means go. */
  recheck(ctx: C, approved: A): Promise<string[]>;
  /** After a crash between intent and completion. */
  reconcile(ctx: C, approved: A): Promise<Reconciliation<D>>;
};

type Effect<C, A, D> =
  /** Reads only: repeated after a crash, needs no re-check; the only kind that may run without a decision. */
  | { actionClass: 'observe'; undo: { impossible: string } }
  | ({ actionClass: Exclude<ActionClass, 'observe' | 'incident'> } & AfterDecision<C, A, D> & {
        /** The step kind that undoes it, planned and decided like any other; or why nothing can. */
        undo: { stepKind: string } | { impossible: string };
      });

export type StepSpec<S extends z.ZodObject, T extends Json, D extends Json, P extends PortName> = {
  /** `<system>.<verb-object>`, equal to the path of its file. */
  kind: `${string}.${string}`;
  title: string;
  /** One or two sentences for the reference. */
  description: string;
  needs: readonly P[];
  params: S;
  target: z.ZodType<T>;
  /** Type of the outcome's data. */
  data: z.ZodType<D>;
  /** Reads only. */
  plan(ctx: StepContext<P>, params: z.output<S>): Promise<Draft<T>>;
  /** Whether a target of a fresh plan is still the one that was planned under this id; left out, its id says so. */
  isSameTarget?(planned: T, now: T): boolean;
  /** Does it. Checks the identity of each target in the act. */
  execute(ctx: StepContext<P>, approved: Approved<S, T>): Promise<OutcomeOf<D>>;
  /** Measures until it knows or until its own deadline; never throws for a bad result. */
  verify(ctx: StepContext<P>, approved: Approved<S, T>, outcome: OutcomeOf<D>): Promise<Verdict>;
} & Effect<StepContext<P>, Approved<S, T>, D>;

/** A step kind with its types erased; every entrance parses again. */
export interface StepKind {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly needs: readonly PortName[];
  readonly params: z.ZodObject;
  readonly actionClass: Exclude<ActionClass, 'incident'>;
  readonly undo: { stepKind: string } | { impossible: string };
  plan(ctx: StepContext, params: unknown): Promise<Plan>;
  /** Whether two targets of the same id are the same thing. */
  isSameTarget(planned: Target, now: Target): boolean;
  recheck(ctx: StepContext, plan: Plan, selection: Selection): Promise<string[]>;
  execute(ctx: StepContext, plan: Plan, selection: Selection): Promise<Outcome>;
  verify(ctx: StepContext, plan: Plan, selection: Selection, outcome: Outcome): Promise<Verdict>;
  reconcile(ctx: StepContext, plan: Plan, selection: Selection): Promise<Reconciliation<Json>>;
}

/** Declares a step kind; types flow from the spec, JSON is parsed at every entrance. */
export function defineStep<S extends z.ZodObject, T extends Json, D extends Json, P extends PortName>(
  spec: StepSpec<S, T, D, P>,
): StepKind {
  const TypedTarget = z.object({ ...Target.shape, identity: spec.target });
  const approve = (plan: Plan, selection: Selection): Approved<S, T> => ({
    plan,
    params: spec.params.parse(plan.params),
    targets: plan.targets
      .filter((target) => selection.targets.includes(target.id))
      .map((target) => TypedTarget.parse(target) as Approved<S, T>['targets'][number]),
    choices: { ...proposedSelection(plan).choices, ...selection.choices },
  });
  return {
    kind: spec.kind,
    title: spec.title,
    description: spec.description,
    needs: spec.needs,
    params: spec.params,
    actionClass: spec.actionClass,
    undo: spec.undo,
    async plan(ctx, raw) {
      const params = spec.params.parse(raw);
      return { ...(await spec.plan(ctx, params)), kind: spec.kind, params: params as Plan['params'] };
    },
    isSameTarget(planned, now) {
      if (spec.isSameTarget === undefined) return true;
      return spec.isSameTarget(spec.target.parse(planned.identity), spec.target.parse(now.identity));
    },
    async recheck(ctx, plan, selection) {
      return spec.actionClass === 'observe' ? [] : await spec.recheck(ctx, approve(plan, selection));
    },
    async execute(ctx, plan, selection) {
      return Outcome.parse(await spec.execute(ctx, approve(plan, selection)));
    },
    async verify(ctx, plan, selection, outcome) {
      const typed = { ...outcome, data: spec.data.parse(outcome.data) };
      return await spec.verify(ctx, approve(plan, selection), typed);
    },
    async reconcile(ctx, plan, selection) {
      return spec.actionClass === 'observe'
        ? { status: 'unfinished' }
        : await spec.reconcile(ctx, approve(plan, selection));
    },
  };
}
