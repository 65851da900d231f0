import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Fact } from '../../../domain/plan.ts';
import { describeVerdict } from '../../../domain/protection.ts';
import { outcomeOf } from '../../parts.ts';
import type { Data, EndCtx, EndOutcome, EndTarget, Result } from './contract.ts';
import { type Remaining, waitForEnd } from './wait-for-end.ts';

/** How much more patience an overloaded server gets; 60 heavy sessions on 2 cores took 6.4 s at the median (measured). */
const OVERLOAD_FACTOR = 3;
const TERMINATE_SECONDS = 15;
/** On-CPU sessions for each core above which a signal takes seconds to act. */
const OVERLOADED = 4;

/** Servers that did not answer so many signals in a row are sent no more. */
const MOST_UNANSWERED = 2;
/** The verdict of a signal whose answer was lost. */
const UNANSWERED = 'unanswered';

/** Who to end, on which server (`primary` or a replica), and how long a cancel may take. */
export interface Ending {
  readonly targets: readonly EndTarget[];
  readonly params: { readonly server: string; readonly cancelSeconds: number };
}

/** Cancel, wait, verify identity again, terminate, wait, tell. One guarded statement for each backend. */
export async function endSessions(
  ctx: EndCtx,
  { targets, params: { server, cancelSeconds } }: Ending,
): Promise<EndOutcome> {
  const results = new Map(targets.map((target) => [target.id, emptyResult(target)]));
  const signalled = await signalAll(ctx, server, targets, results, (target) => target.identity.first);
  const patience = cancelSeconds * ((await isOverloaded(ctx, server)) ? OVERLOAD_FACTOR : 1);
  let remaining = await waitForEnd(ctx, server, signalled, patience, 'to end');
  if (remaining.unread === null && remaining.left.length > 0) {
    const toTerminate = remaining.left.filter(({ identity }) => identity.first === 'cancel');
    await signalAll(ctx, server, toTerminate, results, () => 'terminate');
    remaining = await waitForEnd(ctx, server, remaining.left, TERMINATE_SECONDS, 'to terminate');
  }
  settle(results, signalled, remaining);
  return endingOutcome([...results.values()]);
}

/** What is told of a session before anything was done to it. */
export function emptyResult({ id, identity }: EndTarget): Result {
  return {
    target: id,
    session: identity.session,
    signals: [],
    ended: false,
    unknown: false,
    problem: null,
    state: null,
    user: identity.fingerprint.user,
    applicationName: identity.fingerprint.application,
    clientAddress: null,
    hadWrites: false,
  };
}

/** Signals one by one and returns those that may have got a signal: accepted, or sent and never answered. */
async function signalAll(
  ctx: EndCtx,
  server: string,
  targets: readonly EndTarget[],
  results: ReadonlyMap<string, Result>,
  howFor: (target: EndTarget) => 'cancel' | 'terminate',
): Promise<EndTarget[]> {
  const reached: EndTarget[] = [];
  let unanswered = 0;
  for (const target of targets) {
    ctx.signal.throwIfAborted();
    const result = results.get(target.id);
    if (result === undefined) continue;
    if (unanswered >= MOST_UNANSWERED) {
      result.problem = `Not ${howFor(target) === 'cancel' ? 'cancelled' : 'terminated'}: the server did not answer the signals before.`;
      continue;
    }
    const answer = await signalOne(ctx, server, target, howFor(target), result);
    unanswered = answer === 'unreachable' || answer === 'unanswered' ? unanswered + 1 : 0;
    if (answer === 'accepted' || answer === 'unanswered') reached.push(target);
  }
  return reached;
}

async function signalOne(
  ctx: EndCtx,
  server: string,
  { identity }: EndTarget,
  how: 'cancel' | 'terminate',
  result: Result,
): Promise<'accepted' | 'refused' | 'unanswered' | 'unreachable'> {
  const request = { server, identity: identity.session, how, guard: ctx.guard };
  try {
    const answer = await ctx.ports.databases.signalBackend(ctx.incident.database, request, ctx.signal);
    result.signals.push({ how, verdict: answer.verdict, at: answer.at });
    result.problem = answer.signalled ? null : describeVerdict(answer.verdict);
    if (answer.verdict === 'gone') return 'refused';
    result.state = answer.state;
    result.user = answer.user;
    result.applicationName = answer.applicationName;
    result.clientAddress = answer.clientAddress;
    result.hadWrites = answer.hadWrites;
    return answer.signalled ? 'accepted' : 'refused';
  } catch (error) {
    ctx.signal.throwIfAborted();
    const { message } = describeError(error);
    const retryable = isFirebreakError(error) && error.retryable;
    if (!retryable || error.situation?.unknown.length === undefined || error.situation.unknown.length === 0) {
      result.problem = `Not signalled: ${message}`;
      return retryable ? 'unreachable' : 'refused';
    }
    result.signals.push({ how, verdict: UNANSWERED, at: ctx.clock.now().toISOString() });
    result.problem = `Sent, and never answered: ${message}`;
    return 'unanswered';
  }
}

async function isOverloaded(ctx: EndCtx, server: string): Promise<boolean> {
  try {
    const { onCpu, cores } = await ctx.ports.databases.snapshot(ctx.incident.database, server, ctx.signal);
    return cores === null ? onCpu > OVERLOADED * 2 : onCpu / cores > OVERLOADED;
  } catch {
    ctx.signal.throwIfAborted();
    return true;
  }
}

function settle(
  results: ReadonlyMap<string, Result>,
  signalled: readonly EndTarget[],
  { left, unread }: Remaining,
): void {
  const alive = new Set(left.map(({ id }) => id));
  for (const { id } of signalled) {
    const result = results.get(id);
    if (result === undefined) continue;
    result.ended = !alive.has(id);
    result.unknown = alive.has(id) && unread !== null;
    if (result.ended) result.problem = null;
    else if (unread !== null)
      result.problem = `${sentText(result)}; it is not known whether it ended: ${unread}`;
    else
      result.problem ??=
        'It is still there after cancel and terminate. Ask a database administrator; never kill -9.';
  }
}

function sentText({ signals }: Result): string {
  const last = signals.at(-1);
  const how = last?.how === 'terminate' ? 'terminate' : 'cancel';
  return last?.verdict === UNANSWERED ? `A ${how} was sent and never answered` : `A ${how} was accepted`;
}

/** The outcome as people read it, from the records of all targets. */
export function endingOutcome(results: readonly Result[]): EndOutcome {
  const ended = results.filter((result) => result.ended);
  const firstSignalAt =
    results
      .flatMap(({ signals }) =>
        signals.filter(({ verdict }) => verdict === 'ok' || verdict === UNANSWERED).map(({ at }) => at),
      )
      .sort()[0] ?? null;
  const data: Data = { results: [...results], firstSignalAt };
  return outcomeOf({
    summary: summaryOf(results),
    done: ended.map((result) => ({ target: nameOf(result), detail: detailOf(result) })),
    skipped: results
      .filter((result) => !result.ended)
      .map((result) => ({ target: nameOf(result), reason: result.problem ?? 'Nothing is known about it.' })),
    facts: afterwards(ended),
    data,
  });
}

function summaryOf(results: readonly Result[]): string {
  const all = results.length;
  const ended = results.filter((result) => result.ended).length;
  const unknown = results.filter((result) => result.unknown).length;
  if (ended === all) return `${all === 1 ? 'The session' : `All ${all} sessions`} ended.`;
  const untouched = results.filter(({ ended: gone, signals }) => !gone && signals.length === 0).length;
  const rest = all - ended - unknown - untouched;
  return [
    `${ended} of ${formatCount(all, 'session')} ended`,
    ...(rest > 0 ? [`${rest} did not`] : []),
    ...(unknown > 0 ? [`of ${unknown} it is not known`] : []),
    ...(untouched > 0 ? [`${untouched} ${untouched === 1 ? 'was' : 'were'} not signalled`] : []),
  ]
    .join('; ')
    .concat('. Below is why.');
}

/** Rolled back rows stay in the table as dead rows until it is vacuumed. */
function afterwards(ended: readonly Result[]): Fact[] {
  const writers = ended.filter(({ hadWrites }) => hadWrites).length;
  if (writers === 0) return [];
  const whose = writers === 1 ? '1 session' : `${writers} sessions`;
  return [{ name: 'Later', value: `vacuum the tables that ${whose} had written to` }];
}

/** Short, for people; the whole identity is in the data. */
function nameOf({ session }: Result): string {
  return `pid ${session.pid}`;
}

function detailOf({ signals, hadWrites }: Result): string {
  const hows = signals
    .filter(({ verdict }) => verdict === 'ok' || verdict === UNANSWERED)
    .map(({ how, verdict }) => {
      const done = how === 'cancel' ? 'cancelled' : 'terminated';
      return verdict === UNANSWERED ? `${done} (the answer was lost)` : done;
    });
  const how = hows.length === 0 ? 'ended; it is not known who ended it' : hows.join(', then ');
  return `${how}${hadWrites ? '; changes rolled back' : ''}`;
}
