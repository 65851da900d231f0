import { z } from 'zod';
import { type Job, WorkloadRef } from '../../../domain/cluster.ts';
import { FirebreakError } from '../../../domain/errors.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  how: z
    .enum(['suspend', 'delete'])
    .default('suspend')
    .describe('Proposed answer: suspend keeps the Job, delete removes it with its pods'),
  verifySeconds: z.int().min(5).max(120).default(30).describe('Until when its pods must have ended, seconds'),
});
export type Params = z.output<typeof Params>;

/** Knows a Job again. */
export const Identity = z.object({ ref: WorkloadRef });
export type Identity = z.infer<typeof Identity>;

export const Data = z.object({
  jobs: z.array(z.object({ ...WorkloadRef.shape, action: z.enum(['suspended', 'deleted']) })),
});
export type Data = z.infer<typeof Data>;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedJobs = Approved<typeof Params, Identity>;
export type JobsOutcome = OutcomeOf<Data>;

/** Id of the choice. */
export const HOW = 'how';

/** `Job namespace/name`. */
export function jobLabel({ namespace, name }: Pick<WorkloadRef, 'namespace' | 'name'>): string {
  return `Job ${namespace}/${name}`;
}

/**
 * The Job as it is now, or null when it has finished or is gone.
 * @throws FirebreakError `kubernetes-error` when the cluster was not read whole, so that absence would prove nothing.
 */
export async function readJob(ctx: Pick<Ctx, 'ports' | 'signal'>, ref: WorkloadRef): Promise<Job | null> {
  const { jobs, gaps } = await ctx.ports.workloads.facts([], ctx.signal);
  const found = jobs.find(({ uid }) => uid === ref.uid);
  if (found !== undefined) return found.finished ? null : found;
  if (gaps.length === 0) return null;
  throw new FirebreakError('kubernetes-error', `${jobLabel(ref)} could not be read: ${gaps.join('; ')}.`, {
    hint: `Look with kubectl -n ${ref.namespace} get job ${ref.name}, and try again when Kubernetes answers.`,
    retryable: true,
  });
}
