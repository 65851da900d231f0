import { describeError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import { outcomeOf } from '../../parts.ts';
import {
  type ApprovedReconnect,
  type Ctx,
  isLeft,
  type ReconnectOutcome,
  type ReconnectTarget,
} from './contract.ts';

interface Told {
  readonly target: ReconnectTarget;
  /** Why it was not told, or null. */
  readonly problem: string | null;
}

/**
 * One RECONNECT for each database that still has a connection that was meant. It cuts no transaction, but told again it
 * would close the new connections too, so after an interruption the databases that were told are passed by.
 */
export async function executeReconnect(ctx: Ctx, { targets }: ApprovedReconnect): Promise<ReconnectOutcome> {
  const told: Told[] = [];
  for (const target of targets) {
    ctx.signal.throwIfAborted();
    const { pooler, pool } = target.identity;
    try {
      const reading = await ctx.ports.poolers.read(ctx.incident.database, pooler, ctx.signal);
      if (isLeft(target.identity, reading))
        await ctx.ports.poolers.reconnect(ctx.incident.database, { pooler, pool }, ctx.signal);
      told.push({ target, problem: null });
    } catch (error) {
      ctx.signal.throwIfAborted();
      told.push({ target, problem: describeError(error).message });
    }
  }
  return reconnectOutcome(told);
}

export function reconnectOutcome(told: readonly Told[]): ReconnectOutcome {
  const done = told.filter(({ problem }) => problem === null);
  return outcomeOf({
    summary: `${done.length} of ${formatCount(told.length, 'database')} of PgBouncer told to reconnect.`,
    done: done.map(({ target }) => ({ target: target.id, detail: 'told to reconnect' })),
    skipped: told.flatMap(({ target, problem }) =>
      problem === null ? [] : [{ target: target.id, reason: problem }],
    ),
    data: { told: done.map(({ target }) => target.id) },
  });
}
