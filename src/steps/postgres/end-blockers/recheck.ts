import { readLockScene } from '../../../diagnosis/lock-scene.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import { recheckEnding } from '../../shared/ending/recheck.ts';
import type { ApprovedEnd, Ctx } from './contract.ts';

/** What differs from the plan: as for every ending, and that nobody waits any more for what was to be ended. */
export async function recheckBlockers(ctx: Ctx, approved: ApprovedEnd): Promise<string[]> {
  const differences = await recheckEnding(ctx, approved);
  const blocking = approved.targets.filter(({ identity }) => identity.blocks);
  if (differences.length > 0 || blocking.length === 0) return differences;
  const { server } = approved.params;
  const snapshot = await ctx.ports.databases.snapshot(ctx.incident.database, server, ctx.signal);
  const heads = stillInTheWay(snapshot);
  if (blocking.some(({ identity }) => heads.has(identity.session.pid))) return [];
  const pids = blocking.map(({ identity }) => identity.session.pid).join(', ');
  return [`Nobody waits for pid ${pids} any more: ending it would help nobody.`];
}

/** Pids that somebody waits for, directly or at the end of the queue. */
function stillInTheWay(snapshot: Snapshot): ReadonlySet<number> {
  return new Set([
    ...snapshot.lockWaiters.flatMap(({ blockers }) => blockers),
    ...readLockScene(snapshot).roots.map(({ pid }) => pid),
  ]);
}
