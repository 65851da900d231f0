import { culpritKey } from '../../../diagnosis/attribution.ts';
import { slotHolders } from '../../../diagnosis/slot-holders.ts';
import { isFirebreakError } from '../../../domain/errors.ts';
import { emptyResult, endingOutcome, endSessions } from '../../shared/ending/end-sessions.ts';
import { gatherFacts } from '../../shared/facts/gather-facts.ts';
import type { Reconciliation } from '../../step-kind.ts';
import {
  type ApprovedTermination,
  type Ctx,
  type Data,
  SERVER,
  type TerminationOutcome,
} from './contract.ts';

/** An idle session is terminated at once: there is nothing to cancel. */
const CANCEL_SECONDS = 1;

/** Nothing differs as long as one of the selected sessions is there, outside of a transaction. */
export async function recheckTermination(ctx: Ctx, { targets }: ApprovedTermination): Promise<string[]> {
  const sessions = targets.map(({ identity }) => identity.session);
  try {
    const alive = await ctx.ports.databases.alive(ctx.incident.database, SERVER, sessions, ctx.signal);
    return alive.length > 0 ? [] : ['None of the selected sessions is there and idle any more.'];
  } catch (error) {
    if (!isFirebreakError(error) || error.code !== 'database-changed') throw error;
    return [error.message];
  }
}

/** One guarded statement for each session: one that has run a query meanwhile, or runs one, is left alone. */
export async function executeTermination(
  ctx: Ctx,
  { targets }: ApprovedTermination,
): Promise<TerminationOutcome> {
  const before = await connectionsOf(ctx, targets[0]?.identity.owner);
  const params = { server: SERVER, cancelSeconds: CANCEL_SECONDS };
  const outcome = await endSessions(ctx, { targets, params });
  return { ...outcome, data: { ...outcome.data, before } };
}

/** After a crash: those that are still there are ended now, because every signal is guarded. */
export async function reconcileTermination(
  ctx: Ctx,
  { targets }: ApprovedTermination,
): Promise<Reconciliation<Data>> {
  const sessions = targets.map(({ identity }) => identity.session);
  const alive = await ctx.ports.databases.alive(ctx.incident.database, SERVER, sessions, ctx.signal);
  if (alive.length > 0) return { status: 'unfinished' };
  const outcome = endingOutcome(targets.map((target) => ({ ...emptyResult(target), ended: true })));
  return { status: 'done', outcome: { ...outcome, data: { ...outcome.data, before: null } } };
}

/** How many connections an owner holds now; null when it could not be read. */
async function connectionsOf(ctx: Ctx, owner: string | undefined): Promise<number | null> {
  try {
    const { facts } = await gatherFacts(ctx, { server: SERVER, replicas: false });
    const holder = slotHolders(facts).find(({ culprit }) => culpritKey(culprit) === owner);
    return holder?.connections ?? 0;
  } catch {
    ctx.signal.throwIfAborted();
    return null;
  }
}
