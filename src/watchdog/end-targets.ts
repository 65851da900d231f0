import { noSetup } from '../domain/database-setup.ts';
import { isFirebreakError } from '../domain/errors.ts';
import { backendId } from '../domain/snapshot.ts';
import type { WatchdogPolicy, WatchdogResult, WatchdogTarget } from '../domain/watchdog.ts';
import type { RecordedAction } from '../domain/watchdog-record.ts';
import { fencedPorts } from '../engine/fenced-ports.ts';
import type { Confirm } from '../ports/state.ts';
import type { EndTarget, Result } from '../steps/shared/ending/contract.ts';
import { endSessions } from '../steps/shared/ending/end-sessions.ts';
import type { WatchdogOptions } from './options.ts';

/** Seconds that a cancelled query has to end before it is terminated; thrice that under overload. */
const CANCEL_SECONDS = 5;

const ELSEWHERE =
  'Firebreak was interrupted, and another server answers now, or it was restarted: what became of it is not known.';

/** The hold under which a policy acts. */
export interface Hold {
  readonly signal: AbortSignal;
  readonly confirm: Confirm;
}

/**
 * Ends sessions as the kill step does: cancel, wait, terminate what is left; before each signal the hold is confirmed, and
 * the statement that signals checks identity, protection and the age of the policy again. Null when of one of them it is
 * not known what became of it.
 */
export async function endTargets(
  { ports, guard, clock }: WatchdogOptions,
  { terms }: WatchdogPolicy,
  targets: readonly WatchdogTarget[],
  { signal, confirm }: Hold,
): Promise<WatchdogResult[] | null> {
  const { data } = await endSessions(
    {
      ports: fencedPorts(ports, confirm),
      clock,
      signal,
      incident: { id: 'watchdog', database: terms.database, openedAt: clock.now().toISOString() },
      earlier: [],
      setup: noSetup,
      guard: { ...guard, minimumAgeSeconds: Math.max(guard.minimumAgeSeconds, terms.olderThanSeconds) },
      progress: () => undefined,
    },
    { targets: targets.map(endTarget), params: { server: 'primary', cancelSeconds: CANCEL_SECONDS } },
  );
  return data.results.some(({ unknown }) => unknown) ? null : data.results.map(toResult);
}

function endTarget({ session, queryId, user, application, sql }: WatchdogTarget): EndTarget {
  const fingerprint = { queryId, user, application, sql };
  return {
    id: backendId(session),
    label: `pid ${session.pid}`,
    identity: { session, first: 'cancel', fingerprint },
  };
}

function toResult({ session: { pid }, ended, problem, signals }: Result): WatchdogResult {
  if (ended) {
    const how = signals.some((signal) => signal.how === 'terminate')
      ? 'Terminated, as the cancel did not end it.'
      : 'Cancelled.';
    return { pid, status: 'ended', detail: how };
  }
  const isSignalled = signals.some(({ verdict }) => verdict === 'ok' || verdict === 'unanswered');
  return {
    pid,
    status: isSignalled ? 'survived' : 'refused',
    detail: problem ?? 'Nothing is known about it.',
  };
}

/** What became of an action that a process did not live to write down, from a look at the server. */
export async function settle(
  { ports }: WatchdogOptions,
  { terms }: WatchdogPolicy,
  { targets }: RecordedAction,
  signal: AbortSignal,
): Promise<WatchdogResult[]> {
  const identities = targets.map(({ session }) => session);
  const alive = await ports.databases
    .alive(terms.database, 'primary', identities, signal)
    .catch((error: unknown) => {
      if (isFirebreakError(error) && error.code === 'database-changed') return null;
      throw error;
    });
  const ids = new Set(alive?.map(backendId));
  return targets.map(({ session }): WatchdogResult => {
    const { pid } = session;
    if (alive === null) return { pid, status: 'interrupted', detail: ELSEWHERE };
    return ids.has(backendId(session))
      ? { pid, status: 'interrupted', detail: 'Firebreak was interrupted, and it still runs.' }
      : { pid, status: 'ended', detail: 'Firebreak was interrupted; it was found ended afterwards.' };
  });
}
