import type { SessionIdentity } from '../../domain/snapshot.ts';
import type { SignalGuard, SignalResult } from '../../ports/databases.ts';
import { inlined, type Parameter } from './literal.ts';
import { signalSql } from './sql/signal.ts';

export type How = 'cancel' | 'terminate';

/** The row of the guarded statement. */
export type SignalRow = {
  verdict: string;
  signalled: boolean | null;
  state: string | null;
  usename: string | null;
  application_name: string | null;
  addr: string | null;
  had_writes: boolean;
  at: string;
};

/**
 * The parameters $1 to $10 of the guarded statement. A cancel is bound to the query, because it must not hit the
 * next one. A termination is bound to the transaction, whose state may have moved on; without a transaction, to
 * the last query.
 */
export function signalParameters(identity: SessionIdentity, how: How, guard: SignalGuard): Parameter[] {
  const { serverStart, pid, backendStart, xactStart, queryStart } = identity;
  const boundQuery = how === 'cancel' || xactStart === null ? queryStart : null;
  return [
    pid,
    backendStart,
    xactStart,
    boundQuery,
    how,
    guard.protectedRoles,
    guard.protectedApplications,
    guard.minimumAgeSeconds,
    serverStart,
    guard.protectedAddresses,
  ];
}

/** True when the identity names no server, neither transaction nor query, or for a cancel no query: then nothing is sent. */
export function isTooVague(identity: SessionIdentity, how: How): boolean {
  if (identity.serverStart === null) return true;
  return identity.queryStart === null && (how === 'cancel' || identity.xactStart === null);
}

/** The answer when nothing is sent because the identity is too vague. */
export function refusedAsVague(now: Date): SignalResult {
  const nobody = { state: null, user: null, applicationName: null, clientAddress: null };
  return {
    verdict: 'refused:identity_incomplete',
    signalled: false,
    ...nobody,
    hadWrites: false,
    at: now.toISOString(),
  };
}

export function toSignalResult(row: SignalRow): SignalResult {
  const signalled = row.signalled ?? false;
  return {
    // PostgreSQL found no such process any more.
    verdict: row.verdict === 'ok' && !signalled ? 'gone' : row.verdict,
    signalled,
    state: row.state,
    user: row.usename,
    applicationName: row.application_name,
    clientAddress: row.addr,
    hadWrites: row.had_writes,
    at: row.at,
  };
}

/** The guarded statement with its values in place: what a person reads before deciding can also be run in psql. */
export function signalText(identity: SessionIdentity, how: How, guard: SignalGuard): string {
  const [, ...lines] = signalSql.split('\n');
  const body = inlined(lines.join('\n'), signalParameters(identity, how, guard));
  return `/* firebreak:kill v5 */\n${body}`;
}
