import type { Reconciliation } from '../../step-kind.ts';
import { type ApprovedReconnect, type Ctx, type Data, isLeft } from './contract.ts';
import { reconnectOutcome } from './execute.ts';

/** What differs from the plan: the primary is a standby now, or the connections that were meant are gone. */
export async function recheckReconnect(ctx: Ctx, { targets }: ApprovedReconnect): Promise<string[]> {
  const { databases, poolers } = ctx.ports;
  const { inRecovery } = await databases.snapshot(ctx.incident.database, 'primary', ctx.signal);
  const differences = inRecovery
    ? ['The server that answers as the primary is in recovery now: reconnecting would lead to a standby.']
    : [];
  for (const { id, identity } of targets) {
    const reading = await poolers.read(ctx.incident.database, identity.pooler, ctx.signal);
    if (!isLeft(identity, reading))
      differences.push(
        `None of the connections of ${id} that were meant is left, or all are closing already.`,
      );
  }
  return differences;
}

/** After a crash: what was told to reconnect has its old connections gone or closing; the rest is told by executing again. */
export async function reconcileReconnect(
  ctx: Ctx,
  { targets }: ApprovedReconnect,
): Promise<Reconciliation<Data>> {
  for (const { identity } of targets) {
    const reading = await ctx.ports.poolers.read(ctx.incident.database, identity.pooler, ctx.signal);
    if (isLeft(identity, reading)) return { status: 'unfinished' };
  }
  return { status: 'done', outcome: reconnectOutcome(targets.map((target) => ({ target, problem: null }))) };
}
