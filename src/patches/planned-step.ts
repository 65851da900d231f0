import type { Command, Plan } from '../domain/plan.ts';
import type { RunbookStep } from '../domain/runbook.ts';

/** A step of a runbook that was planned and not asked about. */
export interface PlannedStep {
  readonly step: RunbookStep;
  /** What it would do; null when that could not be planned. */
  readonly plan: Plan | null;
  /** Why it could not, and what a person runs instead, or null. */
  readonly problem: {
    readonly message: string;
    readonly hint: string;
    readonly commands: readonly Command[];
  } | null;
}
