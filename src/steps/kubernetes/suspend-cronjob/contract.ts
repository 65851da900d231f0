import { z } from 'zod';
import { type Suspension, SuspensionTarget } from '../../../domain/suspension.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  cronJob: z
    .string()
    .regex(/^[a-z0-9.-]+\/[a-z0-9.-]+$/, 'expected namespace/name, such as analytics/report-generator')
    .nullable()
    .default(null)
    .describe('namespace/name of the CronJob, or null to suspend the one that owns the root sessions'),
  runningJobs: z
    .enum(['auto', 'suspend', 'delete', 'leave'])
    .default('auto')
    .describe(
      'Proposed answer for running Jobs; auto deletes them where the CronJob forbids concurrency, else suspends',
    ),
  verifySeconds: z.int().min(5).max(120).default(30).describe('Until when the Jobs must be quiet, seconds'),
});
export type Params = z.output<typeof Params>;

/** Knows a CronJob again, and what it was before. */
export const Identity = SuspensionTarget.extend({
  jobs: z.array(z.object({ name: z.string(), uid: z.string(), suspended: z.boolean() })),
});
export type Identity = z.infer<typeof Identity>;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedSuspension = Approved<typeof Params, Identity>;
export type SuspensionOutcome = OutcomeOf<Suspension>;

/** Id of the choice about running Jobs. */
export const JOBS = 'runningJobs';
