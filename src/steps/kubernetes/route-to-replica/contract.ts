import { z } from 'zod';
import type { DatabaseRoute, Routed } from '../../../domain/database-route.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  undo: z.boolean().default(false).describe('True to take back what this run has routed, instead of routing'),
  host: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Host of the replica as the CronJobs reach it; one of databases[].hosts.replicas unless given'),
  maximumLagSeconds: z
    .number()
    .min(0)
    .max(86_400)
    .default(60)
    .describe('A replica that is further behind is not routed to; seconds'),
});
export type Params = z.output<typeof Params>;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedRoutes = Approved<typeof Params, DatabaseRoute>;
export type RouteOutcome = OutcomeOf<Routed>;
