import type { Json } from '../domain/json.ts';
import type { Draft, StepContext } from './step-kind.ts';

const PAUSE_MS = 2_000;
/** One look can meet a busy session in the moment in which it waits. */
const LOOKS = 3;
/** After a respawn the new queries are there, but for some seconds too young to be anybody's cause. */
const LOOKS_AFTER_RESPAWN = 8;

/** Plans; looks again a few times before it finds nothing to do, because that skips the step. */
export async function planPatiently<T extends Json>(
  ctx: Pick<StepContext, 'earlier' | 'clock' | 'signal'>,
  plan: () => Promise<Draft<T>>,
): Promise<Draft<T>> {
  let draft = await plan();
  const looks = hasRespawned(ctx) ? LOOKS_AFTER_RESPAWN : LOOKS;
  for (let look = 1; look < looks && draft.nothingToDo !== null; look += 1) {
    await ctx.clock.sleep(PAUSE_MS, ctx.signal);
    draft = await plan();
  }
  return draft;
}

/** Whether the last kill of the run that was measured did not hold. */
function hasRespawned({ earlier }: Pick<StepContext, 'earlier'>): boolean {
  const last = earlier.findLast(({ kind, verdict }) => kind === 'postgres.kill-queries' && verdict !== null);
  return last?.verdict?.status === 'failed';
}
