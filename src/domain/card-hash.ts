import type { StepAttempt } from './incident.ts';
import { hashJson } from './json.ts';

/**
 * Names what the card of a try shows and offers now; every click carries the name that its card had, and changes
 * something only while it is still this one. A try never shows the same again: its status goes on, and a plan that
 * is made anew has another hash. So whatever was refused once as outdated stays refused, however late it comes again.
 */
export function cardHash(attempt: StepAttempt): string {
  const { status, hash, drawn, approval } = attempt;
  if (status !== 'awaiting' || hash === null) return hashJson({ status, hash, drawn });
  return approval === null ? hash : hashJson({ hash, first: approval.by.id, selection: approval.selection });
}

/** What the card showed when the decision was made that is about to be carried out; null when there is none. */
export function decidedCardHash(attempt: StepAttempt): string | null {
  return attempt.status === 'approved' ? cardHash({ ...attempt, status: 'awaiting' }) : null;
}
