import type { Json } from '../domain/json.ts';
import type { Draft, StepContext } from './step-kind.ts';

const PAUSE_MS = 2_000;
const MOST_TRIES = 8;

/**
 * Plans; and when a kill of this run was just seen to respawn, plans again for a while before it finds nothing to do:
 * the new queries are there, but too young to be anybody's cause.
 */
export async function planAfterRespawn<T extends Json>(
  ctx: Pick<StepContext, 'earlier' | 'clock' | 'signal'>,
  plan: () => Promise<Draft<T>>,
): Promise<Draft<T>> {
  let draft = await plan();
  for (let tries = 1; tries < MOST_TRIES && draft.nothingToDo !== null && hasRespawned(ctx); tries += 1) {
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
