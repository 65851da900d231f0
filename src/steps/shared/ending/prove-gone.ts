import { clientAddresses } from '../../../diagnosis/client-addresses.ts';
import { behindPoolers } from '../../../diagnosis/through-pooler.ts';
import { noCluster } from '../../../domain/cluster.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import type { Session, Snapshot } from '../../../domain/snapshot.ts';
import { verdictOf } from '../../parts.ts';
import { periodSeconds } from '../cronjob/schedule.ts';
import { readPoolers } from '../facts/read-poolers.ts';
import type { EndOutcome } from './contract.ts';
import { describeRespawned, findRespawned, queryKey } from './respawn.ts';
import { endedBy, situationOf } from './situation.ts';
import { type ApprovedEnding, type Source, type SourceCtx, Sourced } from './source.ts';
import { distinctSources } from './sources.ts';
import { proofEnd, timeLooked } from './time-looked.ts';
import { stillAlive } from './wait-for-end.ts';

/** At most this long, however slow the schedule is; seconds. */
const PROOF_LIMIT_SECONDS = 150;
const POLL_MS = 2000;
const SUSPEND = 'kubernetes.suspend-cronjob';

/**
 * Proves for a while that the killed queries do not come back; stops at once when they do. Only time in which the server
 * was seen counts; it gives up when that takes far longer.
 */
export async function proveGone(
  ctx: SourceCtx,
  approved: ApprovedEnding,
  { data }: EndOutcome,
): Promise<Verdict> {
  const { targets, params, plan } = approved;
  const identities = targets.map(({ identity }) => identity);
  const planned = new Set(plan.targets.map(({ identity }) => queryKey(Sourced.parse(identity).session)));
  const armed = await armedNow(ctx, distinctSources(identities));
  const seconds = proofSeconds(armed, params.proofSeconds, ctx.clock.now());
  const looked = timeLooked();
  let unread: string | null = null;
  let missed: Session[] = [];
  for (;;) {
    try {
      const snapshot = await ctx.ports.databases.snapshot(ctx.incident.database, params.server, ctx.signal);
      const found = findRespawned(snapshot, identities, planned, data.firstSignalAt);
      if (found.respawned.length > 0)
        return await respawnedVerdict(ctx, { ...snapshot, sessions: found.respawned }, armed.length > 0);
      missed = found.missed;
      unread = null;
    } catch (error) {
      ctx.signal.throwIfAborted();
      unread = describeError(error).message;
    }
    const time = looked(ctx.clock.steady(), unread === null);
    const { seen } = time;
    const end = proofEnd(time, { seconds, saw: unread === null });
    if (end === 'unread') unread ??= `it could be read for ${formatDuration(seen)} only.`;
    if (end !== null) break;
    ctx.progress({
      text:
        unread === null
          ? `Nothing came back for ${formatDuration(seen)} of ${formatDuration(seconds)}.`
          : `The server cannot be read now: ${unread}`,
      series: [],
    });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
  const { left: alive, unread: unanswered } = await stillAlive(ctx, params.server, targets);
  const why = unread ?? unanswered;
  if (why !== null) {
    const text = `Whether the sessions ended and stay away could not be measured: ${why}`;
    return { ...verdictOf('inconclusive', text), situation: situationOf(targets, data, why) };
  }
  if (alive.length > 0) {
    return {
      ...verdictOf(
        'failed',
        `${formatCount(alive.length, 'selected session is', 'selected sessions are')} still there: ${alive.map(({ label }) => label).join(', ')}. Try again, or ask a database administrator.`,
      ),
      situation: situationOf(alive, data, null),
    };
  }
  if (missed.length > 0) {
    return verdictOf(
      'inconclusive',
      `${formatCount(missed.length, 'session')} with the same query began before the kill and was not in the plan: pid ${missed.map(({ pid }) => pid).join(', ')}. Try again: the new plan offers them.`,
    );
  }
  return {
    ...verdictOf('passed', passedText(endedBy(data), seconds, armed)),
    milestone: 'mitigated',
  };
}

/** The sources that are not suspended at this moment; one that cannot be read counts as it was planned. */
async function armedNow(ctx: SourceCtx, sources: readonly Source[]): Promise<Source[]> {
  const armed: Source[] = [];
  for (const source of sources) {
    try {
      const now = await ctx.ports.workloads.cronJob(source, ctx.signal);
      if (now !== null && !now.suspended)
        armed.push({ ...source, schedule: now.schedule, timeZone: now.timeZone });
    } catch {
      ctx.signal.throwIfAborted();
      if (source.armed) armed.push(source);
    }
  }
  return armed;
}

/** A respawn took 0.3 s to 2 s in measurement; an armed schedule is given two of its periods. */
function proofSeconds(armed: readonly Source[], atLeast: number, now: Date): number {
  const periods = armed.map((source) => (periodSeconds(source, now) ?? PROOF_LIMIT_SECONDS) * 2);
  return Math.min(PROOF_LIMIT_SECONDS, Math.max(atLeast, ...periods));
}

async function respawnedVerdict(ctx: SourceCtx, respawned: Snapshot, armed: boolean): Promise<Verdict> {
  const { poolers } = await readPoolers(ctx, respawned.server === 'primary' ? ctx.incident.database : null);
  const { sessions } = behindPoolers(respawned, poolers);
  let cluster = noCluster;
  try {
    cluster = await ctx.ports.workloads.facts(clientAddresses({ sessions, groups: [] }), ctx.signal);
  } catch {
    ctx.signal.throwIfAborted();
  }
  return { ...verdictOf('failed', describeRespawned(sessions, cluster)), goBackTo: suspendStep(ctx, armed) };
}

/** The suspending step to go back to: when it was skipped or failed, or when its CronJob is armed again. */
function suspendStep(ctx: SourceCtx, armed: boolean): string | null {
  const step = ctx.earlier.findLast(({ kind }) => kind === SUSPEND);
  if (step === undefined) return null;
  const failed = step.outcome === null || step.verdict?.status !== 'passed';
  return failed || armed ? step.stepId : null;
}

function passedText(ended: number, seconds: number, armed: readonly Source[]): string {
  const still =
    armed.length === 0
      ? ''
      : ` CronJob ${armed.map(({ namespace, name }) => `${namespace}/${name}`).join(', ')} is still armed and may start them later: suspend it.`;
  return `${formatCount(ended, 'session')} ended and nothing came back within ${formatDuration(seconds)}.${still}`;
}
