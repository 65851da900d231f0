import { readLockScene } from '../../../diagnosis/lock-scene.ts';
import { signalAge } from '../../../diagnosis/sessions.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { backendId, type Session, type Snapshot } from '../../../domain/snapshot.ts';
import { verdictOf } from '../../parts.ts';
import type { EndOutcome } from '../../shared/ending/contract.ts';
import { endedBy, situationOf } from '../../shared/ending/situation.ts';
import { timeLooked } from '../../shared/ending/time-looked.ts';
import { stillAlive } from '../../shared/ending/wait-for-end.ts';
import { gatherFacts } from '../../shared/facts/gather-facts.ts';
import type { ApprovedEnd, Blocker, Ctx } from './contract.ts';

const POLL_MS = 2000;
/** Readings in a row without a queue: one may fall between two waves of clients. */
const QUIET = 3;
/** Seconds that anybody may be at the head of a queue in ordinary traffic. */
const A_MOMENT = 2;

/** Proves that the queue drained and that none formed again, behind the same statement or behind somebody else. */
export async function proveFree(ctx: Ctx, approved: ApprovedEnd, { data }: EndOutcome): Promise<Verdict> {
  const { targets, params } = approved;
  const looked = timeLooked();
  let time = looked(ctx.clock.steady(), false);
  let quiet = 0;
  let waiting = 0;
  let unread: string | null = null;
  for (;;) {
    try {
      const snapshot = await ctx.ports.databases.snapshot(ctx.incident.database, params.server, ctx.signal);
      waiting = lockWaiting(snapshot);
      const identities = targets.map(({ identity }) => identity);
      const back = waiting < params.waitersBelow ? null : comeBack(snapshot, identities);
      if (back !== null) return backVerdict(back);
      quiet = waiting < params.waitersBelow ? quiet + 1 : 0;
      unread = null;
    } catch (error) {
      ctx.signal.throwIfAborted();
      unread = describeError(error).message;
      quiet = 0;
    }
    time = looked(ctx.clock.steady(), unread === null);
    if (time.seen >= params.proofSeconds && quiet >= QUIET) break;
    if (time.taken >= params.proofSeconds + params.drainSeconds) break;
    ctx.progress({ text: progressOf(waiting, time.taken, unread), series: [] });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
  const { left, unread: unanswered } = await stillAlive(ctx, params.server, targets);
  const why = unread ?? unanswered;
  if (why !== null) {
    const text = `Whether anybody still waits could not be measured: ${why}`;
    return { ...verdictOf('inconclusive', text), situation: situationOf(targets, data, why) };
  }
  if (left.length > 0) {
    const text = `${formatCount(left.length, 'selected session is', 'selected sessions are')} still there: ${left.map(({ label }) => label).join(', ')}. Try again, or ask a database administrator.`;
    return { ...verdictOf('failed', text), situation: situationOf(left, data, null) };
  }
  if (quiet < QUIET) return await queuedAgain(ctx, params.server, waiting);
  const text = `${formatCount(endedBy(data), 'session')} ended; ${waiting === 0 ? 'nobody waits' : `${waiting} ${waiting === 1 ? 'waits' : 'wait'}`} for locks, and no queue formed again within ${formatDuration(Math.min(time.seen, params.proofSeconds))}.`;
  return { ...verdictOf('passed', text), milestone: 'mitigated' };
}

function lockWaiting({ groups }: Snapshot): number {
  return groups.reduce((sum, group) => sum + group.lockWaiting, 0);
}

/** A session with the same program and statement as an ended one, at the head of a queue again. */
function comeBack(snapshot: Snapshot, ended: readonly Blocker[]): Session | null {
  const { roots, strong } = readLockScene(snapshot);
  const heads = [...roots.flatMap(({ session }) => session ?? []), ...(strong?.sessions ?? [])];
  const known = new Set(ended.map(({ session }) => `${backendId(session)}/${session.xactStart}`));
  return (
    heads.find(
      (head) =>
        signalAge(head) >= A_MOMENT &&
        !known.has(`${backendId(head)}/${head.xactStart}`) &&
        ended.some(
          ({ fingerprint }) =>
            fingerprint.user === head.user &&
            fingerprint.application === head.applicationName &&
            fingerprint.sql === head.sql,
        ),
    ) ?? null
  );
}

function backVerdict({ pid, applicationName, user }: Session): Verdict {
  const who = applicationName === '' ? `role ${user ?? 'unknown'}` : applicationName;
  return verdictOf(
    'failed',
    `It came back: pid ${pid} of ${who} runs the same statement and others queue behind it. Stop ${who} from trying again, then try this step again.`,
  );
}

/** The queue is there without those that were ended: the diagnosis says who is at its head now. */
async function queuedAgain(ctx: Ctx, server: string, waiting: number): Promise<Verdict> {
  const { causes } = await gatherFacts(ctx, { server, replicas: false });
  return verdictOf(
    'failed',
    `${formatCount(waiting, 'session still waits', 'sessions still wait')} for locks although those at the head have ended. Now: ${causes[0]?.title ?? 'the cause is not known'}. Try again to get a new plan.`,
  );
}

function progressOf(waiting: number, seconds: number, unread: string | null): string {
  return unread === null
    ? `${formatCount(waiting, 'session waits', 'sessions wait')} for locks after ${formatDuration(seconds)}.`
    : `The server cannot be read now: ${unread}`;
}
