import { isWorking, secondsInState, signalAge } from '../diagnosis/sessions.ts';
import { postgresMillis } from '../domain/postgres-time.ts';
import { type Protection, protectionReason } from '../domain/protection.ts';
import type { Session } from '../domain/snapshot.ts';
import type { WatchdogMode, WatchdogPolicy, WatchdogTarget } from '../domain/watchdog.ts';
import { armedFrom, type PolicyRecord, type RecordedAction } from '../domain/watchdog-record.ts';
import { isInWindow } from './in-window.ts';
import { isNamed } from './is-named.ts';
import { LOOKS, type Look, loadOf, queryName, serverMillis, type Watching } from './looks.ts';
import { isSameCulprit, type Mark } from './same-culprit.ts';

/** Everything that a decision rests on. */
export interface Scene {
  readonly policy: WatchdogPolicy;
  readonly record: PolicyRecord;
  readonly watching: Watching;
  /** Id of the incident that is open for the database, or null. */
  readonly incident: string | null;
  /** The state database's clock, of which the times in the record are. */
  readonly now: Date;
  readonly protection: Protection;
  /** The workload behind a session, where it is proved. */
  readonly ownerOf: (session: Session) => WatchdogTarget['owner'];
  /** For how long terms have to be tried by reporting only, in milliseconds. */
  readonly rehearsalMs?: number;
}

/** Why a policy does nothing now. */
export type Hold =
  /** Somebody stopped it, or it stopped itself. */
  | 'stopped'
  /** People are on it: an incident of the database is open. */
  | 'incident'
  /** Of an earlier action it is not known yet what became of it. */
  | 'pending'
  | 'outside-window'
  /** Too few looks in a row at one primary. */
  | 'few-looks'
  | 'no-load'
  /** No query that it may end has run for long enough. */
  | 'nobody'
  /** It has ended as many in ten minutes as it may. */
  | 'limit';

export type WatchdogDecision =
  | { readonly do: 'hold'; readonly why: Hold }
  /** End them, or say that they would be ended. */
  | { readonly do: 'act'; readonly mode: WatchdogMode; readonly targets: readonly WatchdogTarget[] }
  /** They keep coming back: ending them again solves nothing. */
  | { readonly do: 'propose'; readonly targets: readonly WatchdogTarget[] };

/** The time in which `most` counts. */
const LIMIT_MS = 10 * 60 * 1000;
/** What came back within this time after it was ended is a respawn. */
const RESPAWN_MS = 24 * 60 * 60 * 1000;
/** Seen so often to come back, a culprit is not ended again. */
const MOST_RESPAWNS = 2;

/** Decides what one policy does after a look. Pure. */
export function decideWatchdog(scene: Scene): WatchdogDecision {
  const why = whyNotNow(scene);
  if (why !== null) return { do: 'hold', why };
  const mode = modeOf(scene);
  const found = candidates(scene, mode).map((session) => targetOf(session, scene, mode));
  const respawned = found.filter(({ generation }) => generation >= MOST_RESPAWNS);
  if (respawned.length > 0) return { do: 'propose', targets: respawned };
  if (found.length === 0) return { do: 'hold', why: 'nobody' };
  const targets = found.slice(0, Math.max(0, scene.policy.terms.most - recentlyEnded(scene)));
  return targets.length === 0 ? { do: 'hold', why: 'limit' } : { do: 'act', mode, targets };
}

/** Whether it ends sessions now, or only says what it would end. */
function modeOf({ policy, record, now, rehearsalMs }: Scene): WatchdogMode {
  const from = armedFrom(policy, record, rehearsalMs);
  return from !== null && now.getTime() >= from ? 'kill' : 'report';
}

/** Why nothing is done whoever runs what, or null. */
function whyNotNow(scene: Scene): Hold | null {
  const { policy, record, incident } = scene;
  if (record.stopped !== null) return 'stopped';
  if (incident !== null) return 'incident';
  if (record.actions.some(({ results }) => results === null)) return 'pending';
  const looks = looksThatCount(scene);
  if (!isWithin(scene, looks.at(-1))) return 'outside-window';
  if (looks.length < LOOKS || looks.some(({ snapshot }) => snapshot.inRecovery)) return 'few-looks';
  return looks.every((look) => isLoaded(look, policy)) ? null : 'no-load';
}

/** The looks since the last action: the load has to go on after it before there is another. */
function looksThatCount({ watching, record }: Scene): readonly Look[] {
  const last = record.actions.at(-1);
  const since = last === undefined ? Number.NEGATIVE_INFINITY : postgresMillis(last.serverAt);
  return watching.looks.filter((look) => serverMillis(look) > since);
}

/** Both clocks have to say that it is the time: one of them may be wrong. */
function isWithin({ policy: { terms }, now }: Scene, look: Look | undefined): boolean {
  const { window } = terms;
  if (window === null) return true;
  if (!isInWindow(window, now)) return false;
  return look === undefined || isInWindow(window, new Date(serverMillis(look)));
}

function isLoaded(look: Look, { terms: { load } }: WatchdogPolicy): boolean {
  const { onCpuPerCore, poolWaiting } = loadOf(look);
  const isAbove = (value: number | null, limit: number | null) =>
    value !== null && limit !== null && value > limit;
  return isAbove(onCpuPerCore, load.onCpuPerCore) || isAbove(poolWaiting, load.poolWaiting);
}

/** The queries that may be ended, the longest first. */
function candidates(scene: Scene, mode: WatchdogMode): Session[] {
  const looks = looksThatCount(scene);
  return (
    (looks.at(-1)?.snapshot.sessions ?? [])
      .filter((session) => mayEnd(session, scene) && looks.every((look) => isSeen(session, look)))
      // What was only told of is ended by a policy that was armed since.
      .filter(
        (session) =>
          !scene.record.actions.some(
            (action) => (action.kind === 'kill' || mode === 'report') && isDealtWith(session, action),
          ),
      )
      .sort((a, b) => secondsInState(b) - secondsInState(a) || a.pid - b.pid)
  );
}

function mayEnd(session: Session, { policy: { terms }, watching, protection }: Scene): boolean {
  return (
    isNamed(session, terms) &&
    isWorking(session) &&
    secondsInState(session) >= terms.olderThanSeconds &&
    secondsSeen(session, watching) >= terms.olderThanSeconds &&
    protectionReason(session, protection, signalAge(session)) === null
  );
}

/** For how long it was seen to run, which a server clock that was set does not change. */
function secondsSeen(session: Session, { looks, seenSince }: Watching): number {
  const now = looks.at(-1)?.readAt ?? 0;
  return (now - (seenSince.get(queryName(session)) ?? now)) / 1000;
}

/** Whether this very query is there, and at work. */
function isSeen(session: Session, { snapshot }: Look): boolean {
  return snapshot.sessions.some((seen) => isSameQuery(seen, session) && seen.state === 'active');
}

type Query = Pick<Session, 'serverStart' | 'pid' | 'backendStart' | 'queryStart'>;

function isSameQuery(
  one: Omit<Query, 'serverStart'> & { serverStart: string | null },
  other: Query,
): boolean {
  return (
    one.serverStart === other.serverStart &&
    one.pid === other.pid &&
    one.backendStart === other.backendStart &&
    one.queryStart === other.queryStart
  );
}

/** What was told is not told again, and what a signal did not end, or protects itself, is left to people. */
function isDealtWith(session: Session, { targets, results }: RecordedAction): boolean {
  const target = targets.find((one) => isSameQuery(one.session, session));
  if (target === undefined) return false;
  const result = results?.find(({ pid }) => pid === target.session.pid);
  return result?.status !== 'interrupted';
}

function targetOf(session: Session, scene: Scene, mode: WatchdogMode): WatchdogTarget {
  const { serverStart, pid, backendStart, xactStart, queryStart } = session;
  const mark: Mark = {
    owner: scene.ownerOf(session),
    queryId: session.queryId,
    user: session.user,
    application: session.applicationName,
    sql: session.sql,
  };
  return {
    ...mark,
    session: { serverStart, pid, backendStart, xactStart, queryStart },
    clientAddress: session.clientAddress,
    seconds: secondsInState(session),
    generation: mode === 'kill' ? generationOf(mark, postgresMillis(queryStart ?? ''), scene) : 0,
  };
}

/** How often this culprit was ended and came back until this query began. */
function generationOf(mark: Mark, began: number, scene: Scene): number {
  const before = scene.record.actions
    .filter(({ kind, isBeforeStart }) => kind === 'kill' && !isBeforeStart)
    .filter((action) => isWithinTime(action, RESPAWN_MS, scene) && postgresMillis(action.serverAt) < began)
    .flatMap(({ targets }) => targets.filter((target) => isSameCulprit(target, mark)));
  return before.reduce((most, { generation }) => Math.max(most, generation + 1), 0);
}

function recentlyEnded(scene: Scene): number {
  return scene.record.actions
    .filter((action) => isWithinTime(action, LIMIT_MS, scene))
    .reduce((count, { targets }) => count + targets.length, 0);
}

/** An action is over this long ago only when both clocks say so: the one of the state, and the server's. */
function isWithinTime({ at, serverAt }: RecordedAction, ms: number, { now, watching }: Scene): boolean {
  const look = watching.looks.at(-1);
  const byState = now.getTime() - Date.parse(at);
  const byServer = look === undefined ? 0 : serverMillis(look) - postgresMillis(serverAt);
  return !(byState >= ms && byServer >= ms);
}
