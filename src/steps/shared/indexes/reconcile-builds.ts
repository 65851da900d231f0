import { formatBytes } from '../../../domain/format.ts';
import type { IndexSpec } from '../../../domain/index-build.ts';
import { type Done, outcomeOfEach } from '../../parts.ts';
import type { Reconciliation } from '../../step-kind.ts';
import { afterBuild, type IndexCtx } from './index-state.ts';
import type { BuiltIndexes } from './outcome.ts';

/**
 * After a crash. A build goes on when its client is gone, so it is waited for; what it left broken is dropped and built
 * anew by executing again.
 */
export async function reconcileBuilds(
  ctx: IndexCtx,
  targets: readonly { readonly identity: IndexSpec }[],
): Promise<Reconciliation<BuiltIndexes>> {
  const done: Done[] = [];
  for (const { identity } of targets) {
    const state = await afterBuild(ctx, identity);
    if (state.is === 'valid')
      done.push({
        target: identity.name,
        detail: `${formatBytes(state.bytes)}; found so after an interruption of Firebreak`,
      });
    else if (state.is !== 'absent' && state.is !== 'invalid')
      return {
        status: 'unknown',
        why:
          state.is === 'other-index'
            ? `Another index is called ${identity.name} by now.`
            : `Table ${identity.table} is not the one that was planned, or another server answers.`,
      };
  }
  if (done.length < targets.length) return { status: 'unfinished' };
  return {
    status: 'done',
    outcome: outcomeOfEach(done, [], { built: targets.map(({ identity }) => identity) }),
  };
}
