import { isExcludedAsAsker } from './approve.ts';
import { isGroup, isUser, type Members } from './authority.ts';
import type { Incident, StepAttempt } from './incident.ts';
import { isSame } from './told.ts';

/** Who may answer what waits, short enough for one line. */
export interface Deciders {
  /** Slack user ids. */
  readonly people: readonly string[];
  /** Ids of Slack user groups, each named in place of its members. */
  readonly groups: readonly string[];
  /** How many may decide beside those. */
  readonly more: number;
}

const MOST_PEOPLE = 3;
const MOST_GROUPS = 2;

/**
 * Up to three people by name; of more, the groups they are in, and before the others whoever is on call. Leaves out who
 * approved first or may not approve their own wish, as somebody else is waited for. Null when nobody could be read.
 */
export function decidersOf(
  lists: readonly Members[],
  incident: Incident,
  attempt: StepAttempt,
): Deciders | null {
  const canAnswer = (id: string): boolean => {
    const by = { kind: 'person', id, name: id, via: 'slack' } as const;
    return (
      !(attempt.approval !== null && isSame(attempt.approval.by, by)) &&
      !isExcludedAsAsker(incident, attempt, by)
    );
  };
  const named = shortList(lists.map((one) => ({ ...one, people: one.people.filter(canAnswer) })));
  const isNobody = named.people.length === 0 && named.groups.length === 0;
  return isNobody && lists.some(({ problem }) => problem !== null) ? null : named;
}

function shortList(lists: readonly Members[]): Deciders {
  const everybody = idsOf(lists);
  const groups = lists.filter(({ approver }) => isGroup(approver));
  const isReadable = groups.every(({ problem }) => problem === null);
  if (isReadable && everybody.length <= MOST_PEOPLE) return { people: everybody, groups: [], more: 0 };
  const shown = groups.slice(0, MOST_GROUPS);
  const inGroups = idsOf(shown);
  const onCall = lists.filter(({ approver }) => !isGroup(approver) && !isUser(approver));
  const byName = lists.filter(({ approver }) => isUser(approver));
  const outside = idsOf([...onCall, ...byName]).filter((id) => !inGroups.includes(id));
  const people = outside.slice(0, MOST_PEOPLE - shown.length);
  const more = everybody.filter((id) => !inGroups.includes(id) && !people.includes(id)).length;
  return { people, groups: shown.flatMap(({ approver }) => (isGroup(approver) ? [approver] : [])), more };
}

function idsOf(lists: readonly Members[]): string[] {
  return [...new Set(lists.flatMap(({ people }) => people))];
}
