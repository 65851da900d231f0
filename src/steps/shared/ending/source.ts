import { z } from 'zod';
import type { Culprit } from '../../../domain/cause.ts';
import { type ClusterFacts, WorkloadRef } from '../../../domain/cluster.ts';
import type { Plan } from '../../../domain/plan.ts';
import type { StepContext } from '../../step-kind.ts';
import { Endable, type EndTarget } from './contract.ts';

/** What may start the query again. `armed` is part of the identity: a decision holds for the state it was made in. */
export const Source = z.object({
  ...WorkloadRef.shape,
  schedule: z.string(),
  timeZone: z.string().nullable(),
  /** Not suspended: its schedule starts new Jobs. */
  armed: z.boolean(),
});
export type Source = z.infer<typeof Source>;

/** Names one backend and its query for ever, and what may start it again. */
export const Sourced = z.object({ ...Endable.shape, source: Source.nullable() });
export type Sourced = z.infer<typeof Sourced>;

export type SourceCtx = StepContext<'databases' | 'workloads'>;

/** An approved ending of sessions whose source is known, on one server. */
export interface ApprovedEnding {
  readonly plan: Plan;
  readonly params: { readonly server: string; readonly proofSeconds: number };
  readonly targets: readonly EndTarget<Sourced>[];
}

/** The CronJob behind a culprit, as the cluster has it now. */
export function sourceOf(culprit: Culprit, cluster: ClusterFacts): Source | null {
  if (culprit.kind !== 'CronJob') return null;
  const found = cluster.cronJobs.find(
    ({ name, namespace }) => name === culprit.name && namespace === culprit.namespace,
  );
  if (found === undefined) return null;
  const { namespace, name, uid, schedule, timeZone, suspended } = found;
  return { namespace, name, uid, schedule, timeZone, armed: !suspended };
}
