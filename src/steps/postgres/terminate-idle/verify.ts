import { culpritKey } from '../../../diagnosis/attribution.ts';
import { describeSlots } from '../../../diagnosis/pressure.ts';
import { slotHolders } from '../../../diagnosis/slot-holders.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { verdictOf } from '../../parts.ts';
import { endedBy, situationOf } from '../../shared/ending/situation.ts';
import { proofEnd, timeLooked } from '../../shared/ending/time-looked.ts';
import { stillAlive } from '../../shared/ending/wait-for-end.ts';
import { gatherFacts } from '../../shared/facts/gather-facts.ts';
import { type ApprovedTermination, type Ctx, SERVER, type TerminationOutcome } from './contract.ts';

const POLL_MS = 2000;
/** When so much of what was ended is there again, nothing was gained. */
const CAME_BACK = 0.5;

/** What is held by the owner and by all, at one moment. */
interface Holding {
  readonly connections: number;
  readonly slots: string;
}

/** Measures for a while how many connections the owner holds; the slots must stay free. */
export async function verifyTermination(
  ctx: Ctx,
  { targets, params }: ApprovedTermination,
  { data }: TerminationOutcome,
): Promise<Verdict> {
  const owner = targets[0]?.identity.owner;
  const ended = endedBy(data);
  const looked = timeLooked();
  let least: number | null = null;
  let last: Holding | null = null;
  let unread: string | null = null;
  for (;;) {
    try {
      last = await holding(ctx, owner);
      least = Math.min(least ?? last.connections, last.connections);
      unread = null;
    } catch (error) {
      ctx.signal.throwIfAborted();
      unread = describeError(error).message;
    }
    const time = looked(ctx.clock.steady(), unread === null);
    const end = proofEnd(time, { seconds: params.proofSeconds, saw: unread === null });
    if (end === 'unread') unread ??= `they could be read for ${formatDuration(time.seen)} only.`;
    if (end !== null) break;
    ctx.progress({
      text: unread === null ? `Used now: ${last?.slots ?? ''}.` : `The server cannot be read now: ${unread}`,
      series: [],
    });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
  const { left, unread: unanswered } = await stillAlive(ctx, SERVER, targets);
  const why = unread ?? unanswered;
  if (why !== null || last === null || least === null) {
    const text = `Whether the slots stay free could not be measured: ${why ?? 'nothing was read'}`;
    return { ...verdictOf('inconclusive', text), situation: situationOf(targets, data, why) };
  }
  const accepted = new Set(
    data.results
      .filter(({ signals }) => signals.some(({ verdict: answer }) => !answer.startsWith('refused')))
      .map(({ target }) => target),
  );
  const stuck = left.filter(({ id }) => accepted.has(id));
  if (ended === 0)
    return { ...verdictOf('failed', nothingEnded(last)), situation: situationOf(left, data, null) };
  const floor = data.before === null ? least : Math.min(least, Math.max(0, data.before - ended));
  const back = Math.max(0, last.connections - floor);
  const after = formatDuration(params.proofSeconds);
  if (back >= CAME_BACK * ended) {
    return verdictOf(
      'failed',
      `${formatCount(ended, 'session')} ended, and ${formatCount(back, 'connection')} of the same owner came within ${after}: ${last.slots}. Ending more gains nothing: roll it back or scale it down.`,
    );
  }
  const gone = `${formatCount(ended, 'session')} ended; ${formatCount(back, 'new connection')} of the same owner within ${after}. Used now: ${last.slots}.`;
  return stuck.length > 0
    ? {
        ...verdictOf('inconclusive', `${gone} ${formatCount(stuck.length, 'session')} still there.`),
        situation: situationOf(stuck, data, null),
      }
    : { ...verdictOf('passed', gone), milestone: 'mitigated' };
}

function nothingEnded({ slots }: Holding): string {
  return `No session was ended: each had run a query meanwhile, or was refused. Used now: ${slots}.`;
}

async function holding(ctx: Ctx, owner: string | undefined): Promise<Holding> {
  const { facts } = await gatherFacts(ctx, { server: SERVER, replicas: false });
  const own = slotHolders(facts).find(({ culprit }) => culpritKey(culprit) === owner);
  return { connections: own?.connections ?? 0, slots: describeSlots(facts) };
}
