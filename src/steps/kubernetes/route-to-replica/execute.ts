import { nameOf } from '../../../domain/cluster.ts';
import { areSameHosts, type DatabaseRoute, hostsText, type Routed } from '../../../domain/database-route.ts';
import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { lookAtCronJob } from '../../shared/cronjob/by-hand.ts';
import { Drifted, type Reconciliation } from '../../step-kind.ts';
import type { ApprovedRoutes, Ctx, RouteOutcome } from './contract.ts';
import { lookAtReplicas } from './look-at-replicas.ts';
import { placeNow } from './plan.ts';

type Log = Pick<RouteOutcome, 'done' | 'skipped'>;
/** Where a CronJob leads now: as before, as wanted, elsewhere, or nowhere any more. */
type Stand = 'from' | 'to' | 'other' | 'gone';

async function standOf(ctx: Ctx, route: DatabaseRoute): Promise<Stand> {
  const batch = await ctx.ports.workloads.batch(route.ref, ctx.signal);
  const now = placeNow(batch, route)?.address.hosts ?? null;
  if (now === null) return 'gone';
  if (areSameHosts(now, route.to)) return 'to';
  return areSameHosts(now, route.from) ? 'from' : 'other';
}

/** What differs from the plan: other hosts in the manifest, or a replica that is not fit any more. */
export async function recheckRoutes(ctx: Ctx, { targets, params }: ApprovedRoutes): Promise<string[]> {
  const differences: string[] = [];
  for (const { identity } of targets)
    if ((await standOf(ctx, identity)) !== 'from') differences.push(moved(identity));
  const look = params.undo ? null : await lookAtReplicas(ctx, params);
  return [...differences, ...(look?.refusals ?? [])];
}

/** Writes the other hosts into each. Safe to repeat: what is done stays done. */
export async function executeRoutes(ctx: Ctx, { targets }: ApprovedRoutes): Promise<RouteOutcome> {
  const routes: Routed['routes'] = [];
  const log: Log = { done: [], skipped: [] };
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    const target = nameOfPlace(identity);
    try {
      const made = await routeOne(ctx, identity);
      routes.push({ ...identity, uncertain: made === 'unknown' });
      if (made === 'unknown')
        log.skipped.push({ target, reason: 'The answer was lost, and it could not be read.' });
      else log.done.push({ target, detail: `${hostsText(identity.to)}, before ${hostsText(identity.from)}` });
    } catch (error) {
      ctx.signal.throwIfAborted();
      const first = routes.length === 0 && (error instanceof Drifted || targets.length === 1);
      if (first && (error instanceof Drifted || isFirebreakError(error))) throw error;
      log.skipped.push({ target, reason: describeError(error).message });
    }
  }
  return routeOutcome(routes, log);
}

async function routeOne(ctx: Ctx, route: DatabaseRoute): Promise<'made' | 'unknown'> {
  const stand = await standOf(ctx, route);
  if (stand === 'to') return 'made';
  if (stand !== 'from') throw new Drifted([moved(route)]);
  await ctx.ports.workloads.routeCronJob(route, { dryRun: true }, ctx.signal);
  try {
    await ctx.ports.workloads.routeCronJob(route, { dryRun: false }, ctx.signal);
    return 'made';
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!isFirebreakError(error) || !error.retryable) throw error;
    // The answer was lost: the CronJob says whether it was changed.
    const now = await standOf(ctx, route).catch(() => 'unknown' as const);
    ctx.signal.throwIfAborted();
    if (now === 'to') return 'made';
    if (now === 'unknown') return 'unknown';
    throw error;
  }
}

/** After a crash each CronJob says by its hosts whether it was routed. */
export async function reconcileRoutes(
  ctx: Ctx,
  { targets }: ApprovedRoutes,
): Promise<Reconciliation<Routed>> {
  const stands = await Promise.all(targets.map(async ({ identity }) => standOf(ctx, identity)));
  const strange = targets.find((_, index) => !['from', 'to'].includes(stands[index] ?? 'gone'));
  if (strange !== undefined) return { status: 'unknown', why: moved(strange.identity) };
  if (stands.includes('from')) return { status: 'unfinished' };
  const routes = targets.map(({ identity }) => ({ ...identity, uncertain: false }));
  const done = routes.map((route) => ({
    target: nameOfPlace(route),
    detail: `${hostsText(route.to)}; found so after an interruption of Firebreak`,
  }));
  return { status: 'done', outcome: routeOutcome(routes, { done, skipped: [] }) };
}

/** Reads each pod template back: the next run has it. */
export async function verifyRoutes(
  ctx: Ctx,
  { targets }: ApprovedRoutes,
  { skipped }: RouteOutcome,
): Promise<Verdict> {
  const wrong = skipped.map(({ target, reason }) => `${target}: ${reason}`);
  const unread: string[] = [];
  for (const { identity } of targets) {
    try {
      if ((await standOf(ctx, identity)) !== 'to') wrong.push(moved(identity));
    } catch (error) {
      ctx.signal.throwIfAborted();
      unread.push(`${nameOfPlace(identity)} could not be read: ${describeError(error).message}`);
    }
  }
  const good = `The pod template of ${targets.map(({ identity }) => `CronJob ${nameOf(identity.ref)} names ${hostsText(identity.to)}`).join(', ')}: the next run has it.`;
  const status = wrong.length > 0 ? 'failed' : unread.length > 0 ? 'inconclusive' : 'passed';
  const evidence = status === 'passed' ? good : [...wrong, ...unread].join(' ');
  const next = targets.map(({ identity }) => lookAtCronJob(identity.ref));
  const situation = status === 'passed' ? {} : { situation: { known: [], unknown: unread, done: [], next } };
  return { status, evidence, series: [], milestone: null, goBackTo: null, ...situation };
}

function routeOutcome(routes: Routed['routes'], log: Log): RouteOutcome {
  const texts = log.done.map(({ target, detail }) => `${target}: ${detail}`);
  return {
    summary: texts.length === 0 ? 'No CronJob is known to have been routed.' : `${texts.join('; ')}.`,
    ...log,
    facts: [],
    table: null,
    causes: [],
    data: { routes },
  };
}

function nameOfPlace({ ref, variable }: DatabaseRoute): string {
  return `${variable} of CronJob ${nameOf(ref)}`;
}

function moved(route: DatabaseRoute): string {
  return `${nameOfPlace(route)} does not name ${hostsText(route.from)} any more, or the CronJob was made anew.`;
}
