import { type ActionClass, type Actor, actorLabel } from './actor.ts';

/** Who may decide what: Slack user ids per class of action. An empty or missing list means nobody. */
export type Authority = Readonly<Record<ActionClass, readonly string[]>>;

/** Null when the actor may; otherwise a sentence that says who may. */
export function notAllowed(authority: Authority, actor: Actor, actionClass: ActionClass): string | null {
  if (actor.kind !== 'person') return null;
  const allowed = authority[actionClass];
  if (allowed.includes(actor.id)) return null;
  const who =
    allowed.length === 0 ? 'Nobody may: the list is empty.' : `Ask ${allowed.map(actorLabel).join(', ')}.`;
  return `You may not decide on ${actionClass} actions. ${who}`;
}
