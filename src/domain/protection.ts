import type { Session } from './snapshot.ts';

/** Who is never signalled; the shape of the databases port's SignalGuard. */
export interface Protection {
  readonly protectedRoles: readonly string[];
  /** POSIX regular expression over application_name, or null. */
  readonly protectedApplications: string | null;
  /** Seconds; a backend younger than this is refused. */
  readonly minimumAgeSeconds: number;
}

/** What protection looks at. */
type Protectable = Pick<Session, 'user' | 'applicationName' | 'protectedBy' | 'waitEvent'>;

/**
 * Says why a session may not be signalled, or null. The guarded statement decides again, with PostgreSQL's own
 * knowledge at that moment. A pattern that JavaScript cannot read protects every application, because a wrong kill is
 * worse than a refusal.
 */
export function protectionReason(session: Protectable, protection: Protection, age: number): string | null {
  if (session.user === null) return 'It has no role: a background process, never signalled.';
  const [shield] = session.protectedBy;
  if (shield !== undefined) return refusalText(shield);
  if (protection.protectedRoles.includes(session.user)) return `Role ${session.user} is protected.`;
  if (matchesPattern(session.applicationName, protection.protectedApplications)) {
    return `Application ${session.applicationName} is protected.`;
  }
  if (session.waitEvent === 'SyncRep') return refusalText('syncrep_wait_already_committed');
  if (age < protection.minimumAgeSeconds) {
    return `It is ${age.toFixed(1)} s old; younger than ${protection.minimumAgeSeconds} s is never signalled.`;
  }
  return null;
}

function matchesPattern(text: string, pattern: string | null): boolean {
  if (pattern === null || pattern === '') return false;
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return true;
  }
}

const refusals: Readonly<Record<string, string>> = {
  server_changed: 'Another server answers under this name now; the session that was meant is not on it.',
  identity_incomplete: 'The plan does not name it well enough; try again to get a new plan.',
  hidden: 'PostgreSQL hides it from the role that signals: GRANT pg_monitor to it.',
  pid_reused: 'Its pid belongs to another session now; the one that was meant has ended.',
  self: 'It is Firebreak’s own session.',
  own_role: 'It is a session of Firebreak’s own role.',
  superuser: 'It belongs to a superuser, whom only a superuser may signal.',
  replication_role: 'It belongs to a replication role; ending it would break a standby or a backup.',
  backup: 'It is a backup, or reads whole tables as one; ending it would lose the backup.',
  protected_address: 'Its client address is protected.',
  protected_role: 'Its role is protected.',
  protected_app: 'Its application is protected.',
  walsender: 'It is a walsender; ending it would break replication.',
  'autovacuum worker': 'It is an autovacuum worker; PostgreSQL starts another one at once.',
  syncrep_wait_already_committed:
    'It has committed and waits for a standby; ending it would lie to its client.',
  create_index_concurrently:
    'It builds an index concurrently; ending it would leave an invalid index behind.',
  transaction_changed: 'Its transaction ended by itself; another one runs now.',
  query_changed: 'Its query ended by itself; another one runs now.',
  now_idle: 'It is idle now.',
  too_young: 'It is too young to be signalled safely.',
};

/** A verdict of the guarded signal statement, such as `refused:superuser`, in words. */
export function describeVerdict(verdict: string): string {
  if (verdict === 'gone') return 'It ended before the signal.';
  const reason = verdict.replace(/^refused:/, '');
  if (reason.startsWith('not_active')) return 'It runs no query that could be cancelled.';
  if (reason.startsWith('parallel_worker'))
    return 'It is a parallel worker; its leader is the one to cancel.';
  return refusalText(reason);
}

function refusalText(code: string): string {
  return refusals[code] ?? `PostgreSQL's guard refused: ${code}.`;
}
