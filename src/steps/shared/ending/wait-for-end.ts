import { describeError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import { backendId } from '../../../domain/snapshot.ts';
import type { EndCtx, EndTarget } from './contract.ts';
import { timeLooked } from './time-looked.ts';

const POLL_MS = 1000;

/** Who of the targets still runs its transaction. */
export interface Remaining {
  readonly left: EndTarget[];
  /** Why it could not be read, in which case nobody is known to have ended; or null. */
  readonly unread: string | null;
}

/** Waits at most this many seconds until the transactions of these targets have ended. */
export async function waitForEnd(
  ctx: EndCtx,
  server: string,
  targets: readonly EndTarget[],
  seconds: number,
  what: string,
): Promise<Remaining> {
  const looked = timeLooked();
  let remaining: Remaining = { left: [...targets], unread: null };
  while (remaining.left.length > 0) {
    remaining = await stillAlive(ctx, server, remaining.left);
    const { taken } = looked(ctx.clock.steady(), remaining.unread === null);
    if (remaining.left.length === 0 || taken >= seconds) break;
    ctx.progress({
      text: `Waiting for ${formatCount(remaining.left.length, 'session')} ${what}.`,
      series: [],
    });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
  return remaining;
}

/** Which targets still run the same transaction; an unreadable server means that nobody is known to have ended. */
export async function stillAlive(
  ctx: EndCtx,
  server: string,
  targets: readonly EndTarget[],
): Promise<Remaining> {
  try {
    const sessions = targets.map(({ identity }) => identity.session);
    const alive = await ctx.ports.databases.alive(ctx.incident.database, server, sessions, ctx.signal);
    const ids = new Set(alive.map(backendId));
    return { left: targets.filter(({ identity }) => ids.has(backendId(identity.session))), unread: null };
  } catch (error) {
    ctx.signal.throwIfAborted();
    return { left: [...targets], unread: describeError(error).message };
  }
}
