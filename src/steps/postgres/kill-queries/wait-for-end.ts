import { formatCount } from '../../../domain/format.ts';
import { backendId } from '../../../domain/snapshot.ts';
import type { Ctx, KillTarget } from './contract.ts';

const POLL_MS = 1000;

/** Waits at most this many seconds until the transactions of these targets have ended; returns those that have not. */
export async function waitForEnd(
  ctx: Ctx,
  server: string,
  targets: readonly KillTarget[],
  seconds: number,
  what: string,
): Promise<KillTarget[]> {
  const deadline = ctx.clock.now().getTime() + seconds * 1000;
  let left = [...targets];
  while (left.length > 0) {
    left = await stillAlive(ctx, server, left);
    if (left.length === 0 || ctx.clock.now().getTime() >= deadline) break;
    ctx.progress({ text: `Waiting for ${formatCount(left.length, 'session')} ${what}.`, series: [] });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
  return left;
}

/** Which targets still run the same transaction; an unreadable server means that nobody is known to have ended. */
export async function stillAlive(
  ctx: Ctx,
  server: string,
  targets: readonly KillTarget[],
): Promise<KillTarget[]> {
  try {
    const sessions = targets.map(({ identity }) => identity.session);
    const alive = await ctx.ports.databases.alive(ctx.incident.database, server, sessions, ctx.signal);
    const ids = new Set(alive.map(backendId));
    return targets.filter(({ identity }) => ids.has(backendId(identity.session)));
  } catch {
    ctx.signal.throwIfAborted();
    return [...targets];
  }
}
