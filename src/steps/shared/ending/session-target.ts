import { isIdleInTransaction, signalAge } from '../../../diagnosis/sessions.ts';
import { formatDuration, shorten } from '../../../domain/format.ts';
import type { Target } from '../../../domain/plan.ts';
import { backendId, type Session } from '../../../domain/snapshot.ts';
import type { Endable } from './contract.ts';

/** `pid 4711 · report-generator · 3m12s · wrote`: what people call a session. */
export function labelOf(session: Session): string {
  const who = session.applicationName === '' ? (session.user ?? 'no role') : session.applicationName;
  const wrote = session.writes ? ' · wrote' : '';
  return `pid ${session.pid} · ${shorten(who, 32)} · ${formatDuration(signalAge(session))}${wrote}`;
}

/** What a plan shows of a session, whatever the reason is for which it is offered. */
export function describeSession(session: Session): Pick<Target, 'id' | 'label' | 'facts' | 'sql'> {
  return {
    id: backendId(session),
    label: labelOf(session),
    facts: [
      { name: 'Age', value: formatDuration(signalAge(session)) },
      { name: 'State', value: session.state },
      { name: 'Role', value: session.user ?? 'none' },
      { name: 'Client', value: session.clientAddress ?? 'local socket' },
    ],
    sql: session.sql === '' ? null : session.sql,
  };
}

/** How to end a session and know it again. A cancel does nothing to an idle transaction, so that one is terminated. */
export function endable(session: Session): Endable {
  const { serverStart, pid, backendStart, xactStart, queryStart } = session;
  return {
    session: { serverStart, pid, backendStart, xactStart, queryStart },
    first: isIdleInTransaction(session) ? 'terminate' : 'cancel',
    fingerprint: {
      queryId: session.queryId,
      user: session.user,
      application: session.applicationName,
      sql: session.sql,
    },
  };
}
