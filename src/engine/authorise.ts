import type { ActionClass, Actor } from '../domain/actor.ts';
import {
  type Approver,
  type Authority,
  type DecisionRules,
  isUser,
  type Members,
  noRules,
  unreadable,
  whoMay,
} from '../domain/authority.ts';
import type { Refusal } from '../domain/command.ts';
import type { Approvers } from '../ports/approvers.ts';

/** What authority is read from. */
export interface AuthoritySources {
  readonly authority: Authority;
  /** Left out, there is no rule beyond the lists. */
  readonly rules?: DecisionRules;
  /** Left out, only user ids count, and groups and on-call sources name nobody. */
  readonly approvers?: Approvers;
}

/** Reads who may decide, at the moment of each question. */
export interface Authoriser {
  /** Null when the actor may decide; otherwise why not and who may. Fails closed: what cannot be read permits nothing. */
  whyNot(actor: Actor, actionClass: ActionClass): Promise<Refusal | null>;
  /** Whether the actor may force a decision with a reason. */
  mayForce(actor: Actor, actionClass: ActionClass): Promise<boolean>;
  /** Slack user ids of everybody who may decide, as far as they can be read. */
  people(actionClass: ActionClass): Promise<readonly string[]>;
  /** Who stands behind each entry of the list of a class now, as far as that can be read. */
  lists(actionClass: ActionClass): Promise<readonly Members[]>;
  /** Who may decide, in a sentence. */
  whoMay(actionClass: ActionClass): Promise<string>;
}

export function createAuthoriser({ authority, rules = noRules, approvers }: AuthoritySources): Authoriser {
  const membersOf = async (approver: Approver): Promise<Members> => {
    if (isUser(approver)) return { approver, people: [approver], problem: null };
    return (
      (await approvers?.membersOf(approver)) ?? { approver, people: [], problem: 'it cannot be asked here' }
    );
  };
  const read = async (list: readonly Approver[]) => Promise.all(list.map(membersOf));

  /** The ids first: whoever is listed by name needs no answer of another system. */
  async function isAmong(id: string, list: readonly Approver[]): Promise<true | Members[]> {
    if (list.includes(id)) return true;
    const members = await read(list);
    return members.some(({ people }) => people.includes(id)) ? true : members;
  }

  async function mayForce(actor: Actor, actionClass: ActionClass): Promise<boolean> {
    const { classes, people } = rules.breakGlass;
    if (actor.kind !== 'person' || !classes.includes(actionClass)) return false;
    return (await isAmong(actor.id, people)) === true;
  }

  return {
    async whyNot(actor, actionClass) {
      if (actor.kind !== 'person') return null;
      const among = await isAmong(actor.id, authority[actionClass]);
      if (among === true) return null;
      const forced = (await mayForce(actor, actionClass)) ? { mayForce: true as const } : {};
      const unknown = unreadable(among);
      if (unknown !== null) {
        const message = `It is not known whether you may decide on ${actionClass} actions: ${unknown} ${whoMay(among)}`;
        return { reason: 'authority-unknown', message, ...forced };
      }
      const message = `You may not decide on ${actionClass} actions. ${whoMay(among)}`;
      return { reason: 'not-allowed', message, ...forced };
    },
    mayForce,
    async people(actionClass) {
      const members = await read(authority[actionClass]);
      return [...new Set(members.flatMap(({ people }) => people))];
    },
    lists: async (actionClass) => read(authority[actionClass]),
    whoMay: async (actionClass) => whoMay(await read(authority[actionClass])),
  };
}
