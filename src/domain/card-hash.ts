import type { StepAttempt } from './incident.ts';
import { hashJson } from './json.ts';

/**
 * Names what the card of a try shows and offers now; every click carries the name that its card had, and changes
 * something only while it is still this one. A try never shows the same again: its status goes on, a plan that is made
 * anew has another hash, and each choice of targets has another number. So whatever was refused once as outdated
 * stays refused, however late it comes again.
 */
export function cardHash(attempt: StepAttempt): string {
  const { status, hash, drawn, chosen, approval } = attempt;
  if (status !== 'awaiting' || hash === null) return hashJson({ status, hash, drawn });
  if (approval !== null) return hashJson({ hash, first: approval.by.id, selection: approval.selection });
  if (chosen !== null) return hashJson({ hash, chosen: [...chosen.targets], turn: chosen.turn });
  return hash;
}

/** What the card showed when the decision was made that is about to be carried out; null when there is none. */
export function decidedCardHash(attempt: StepAttempt): string | null {
  return attempt.status === 'approved' ? cardHash({ ...attempt, status: 'awaiting' }) : null;
}
