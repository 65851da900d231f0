import { describeError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Fact } from '../../../domain/plan.ts';
import { describeVerdict } from '../../../domain/protection.ts';
import type { ApprovedKill, Ctx, Data, KillOutcome, KillTarget, Result } from './contract.ts';
import { waitForEnd } from './wait-for-end.ts';

/** How much more patience an overloaded server gets; 60 heavy sessions on 2 cores took 6.4 s at the median (measured). */
const OVERLOAD_FACTOR = 3;
const TERMINATE_SECONDS = 15;
/** On-CPU sessions for each core above which a signal takes seconds to act. */
const OVERLOADED = 4;

/** Cancel, wait, verify identity again, terminate, wait, tell. One guarded statement for each backend. */
export async function executeKill(ctx: Ctx, { targets, params }: ApprovedKill): Promise<KillOutcome> {
  const { server, cancelSeconds } = params;
  const results = new Map(targets.map((target) => [target.id, emptyResult(target)]));
  const signalled = await signalAll(ctx, server, targets, results, (target) => target.identity.first);
  const patience = cancelSeconds * ((await isOverloaded(ctx, server)) ? OVERLOAD_FACTOR : 1);
  const stubborn = await waitForEnd(ctx, server, signalled, patience, 'to end');
  const toTerminate = stubborn.filter(({ identity }) => identity.first === 'cancel');
  if (toTerminate.length > 0) await signalAll(ctx, server, toTerminate, results, () => 'terminate');
  const alive =
    stubborn.length === 0 ? [] : await waitForEnd(ctx, server, stubborn, TERMINATE_SECONDS, 'to terminate');
  settle(results, signalled, alive);
  return killOutcome([...results.values()]);
}

/** What is told of a session before anything was done to it. */
export function emptyResult({ id, identity }: KillTarget): Result {
  return {
    target: id,
    session: identity.session,
    signals: [],
    ended: false,
    problem: null,
    state: null,
    user: identity.fingerprint.user,
    applicationName: identity.fingerprint.application,
    clientAddress: null,
    hadWrites: false,
  };
}

/** Signals one by one and returns those that PostgreSQL accepted a signal for. */
async function signalAll(
  ctx: Ctx,
  server: string,
  targets: readonly KillTarget[],
  results: ReadonlyMap<string, Result>,
  howFor: (target: KillTarget) => 'cancel' | 'terminate',
): Promise<KillTarget[]> {
  const accepted: KillTarget[] = [];
  for (const target of targets) {
    ctx.signal.throwIfAborted();
    const result = results.get(target.id);
    if (result !== undefined && (await signalOne(ctx, server, target, howFor(target), result)))
      accepted.push(target);
  }
  return accepted;
}

async function signalOne(
  ctx: Ctx,
  server: string,
  { identity }: KillTarget,
  how: 'cancel' | 'terminate',
  result: Result,
): Promise<boolean> {
  const request = { server, identity: identity.session, how, guard: ctx.guard };
  try {
    const answer = await ctx.ports.databases.signalBackend(ctx.incident.database, request, ctx.signal);
    result.signals.push({ how, verdict: answer.verdict, at: answer.at });
    result.problem = answer.signalled ? null : describeVerdict(answer.verdict);
    if (answer.verdict === 'gone') return false;
    result.state = answer.state;
    result.user = answer.user;
    result.applicationName = answer.applicationName;
    result.clientAddress = answer.clientAddress;
    result.hadWrites = answer.hadWrites;
    return answer.signalled;
  } catch (error) {
    ctx.signal.throwIfAborted();
    result.problem = describeError(error).message;
    return false;
  }
}

async function isOverloaded(ctx: Ctx, server: string): Promise<boolean> {
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
  signalled: readonly KillTarget[],
  alive: readonly KillTarget[],
): void {
  const left = new Set(alive.map(({ id }) => id));
  for (const { id } of signalled) {
    const result = results.get(id);
    if (result === undefined) continue;
    result.ended = !left.has(id);
    result.problem = result.ended
      ? null
      : (result.problem ??
        'It is still there after cancel and terminate. Ask a database administrator; never kill -9.');
  }
}

/** The outcome as people read it, from the records of all targets. */
export function killOutcome(results: readonly Result[]): KillOutcome {
  const ended = results.filter((result) => result.ended);
  const firstSignalAt =
    results
      .flatMap(({ signals }) => signals.filter(({ verdict }) => verdict === 'ok').map(({ at }) => at))
      .sort()[0] ?? null;
  const data: Data = { results: [...results], firstSignalAt };
  return {
    summary: summaryOf(ended.length, results.length),
    done: ended.map((result) => ({ target: nameOf(result), detail: detailOf(result) })),
    skipped: results
      .filter((result) => !result.ended)
      .map((result) => ({ target: nameOf(result), reason: result.problem ?? 'Nothing is known about it.' })),
    facts: afterwards(ended),
    table: null,
    causes: [],
    data,
  };
}

function summaryOf(ended: number, all: number): string {
  if (ended === all) return `${all === 1 ? 'The session' : `All ${all} sessions`} ended.`;
  return `${ended} of ${formatCount(all, 'session')} ended; ${all - ended} did not, and below is why.`;
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
    .filter(({ verdict }) => verdict === 'ok')
    .map(({ how }) => (how === 'cancel' ? 'cancelled' : 'terminated'));
  const how = hows.length === 0 ? 'ended; it is not known who ended it' : hows.join(', then ');
  return `${how}${hadWrites ? '; changes rolled back' : ''}`;
}
