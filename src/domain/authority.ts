import { type ActionClass, actorLabel } from './actor.ts';

/** One entry of a list of who may decide: a Slack user id, a Slack user group (`S…`), or whoever is on call. */
export type Approver = string | { readonly onCall: string };

/** Who may decide what, by class of action. An empty or missing list means nobody. */
export type Authority = Readonly<Record<ActionClass, readonly Approver[]>>;

/** Rules beyond the lists. */
export interface DecisionRules {
  /** Classes whose steps two people approve, whatever the runbook says. */
  readonly twoPeople: readonly ActionClass[];
  /** Classes in which whoever asked for a step may not be its only approver. */
  readonly noSelfApproval: readonly ActionClass[];
  /** Who may force a decision in which classes, with a reason, without being on their lists. */
  readonly breakGlass: { readonly classes: readonly ActionClass[]; readonly people: readonly Approver[] };
}

/** No rule beyond the lists, and nobody who may break glass. */
export const noRules: DecisionRules = {
  twoPeople: [],
  noSelfApproval: [],
  breakGlass: { classes: [], people: [] },
};

/** The people behind an entry, as they were just read. */
export interface Members {
  readonly approver: Approver;
  /** Slack user ids; none when they could not be read. */
  readonly people: readonly string[];
  /** Why they could not be read, such as `Slack did not answer`; null when they were. */
  readonly problem: string | null;
}

/** Whether an entry is a user group. */
export function isGroup(approver: Approver): approver is string {
  return typeof approver === 'string' && approver.startsWith('S');
}

/** Whether an entry names one person by id. */
export function isUser(approver: Approver): approver is string {
  return typeof approver === 'string' && !isGroup(approver);
}

/** How an entry is called in a sentence; ids are mentions that Slack renders. */
function approverLabel(approver: Approver): string {
  if (typeof approver !== 'string') return `on call (${approver.onCall})`;
  return isGroup(approver) ? `<!subteam^${approver}>` : actorLabel(approver);
}

const MOST_NAMED = 5;

/** Who may, in a sentence, with the people who are behind groups and on-call sources now. */
export function whoMay(lists: readonly Members[]): string {
  if (lists.length === 0) return 'Nobody may: the list is empty.';
  return `Ask ${lists.map(listed).join(', ')}.`;
}

function listed({ approver, people, problem }: Members): string {
  const label = approverLabel(approver);
  if (isUser(approver) || problem !== null) return label;
  const shown = people.slice(0, MOST_NAMED).map(actorLabel).join(', ');
  const left = people.length - MOST_NAMED;
  if (shown === '') return `${label}, where nobody is now`;
  return `${label}: ${shown}${left > 0 ? ` and ${left} more` : ''}`;
}

/** What could not be read of the lists, in a sentence; null when all could. */
export function unreadable(lists: readonly Members[]): string | null {
  const failed = lists.filter(({ problem }) => problem !== null);
  if (failed.length === 0) return null;
  const each = failed.map(({ approver, problem }) =>
    isGroup(approver)
      ? `The membership of ${approverLabel(approver)} could not be read (${problem}).`
      : `Who is ${approverLabel(approver)} could not be read (${problem}).`,
  );
  return each.join(' ');
}
