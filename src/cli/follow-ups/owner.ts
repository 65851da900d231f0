import { loadConfig } from '../../config/load-config.ts';
import type { Person } from '../../domain/actor.ts';
import { FirebreakError } from '../../domain/errors.ts';

/** A Slack user id, as Slack gives them out. */
const USER_ID = /^[UW][A-Z0-9]{2,}$/;

/** Somebody of `terminal.people`, by id, name or account, or anybody by Slack user id. @throws FirebreakError `unknown-person`. */
export async function ownerOf(configFile: string, who: string): Promise<Person> {
  const { terminalPeople } = await loadConfig(configFile);
  const known = terminalPeople.find(({ id, name, login }) => [id, name, login].includes(who));
  if (known !== undefined) return { kind: 'person', id: known.id, name: known.name, via: 'slack' };
  if (USER_ID.test(who)) return { kind: 'person', id: who, name: who, via: 'slack' };
  throw new FirebreakError('unknown-person', `Nobody in terminal.people is called "${who}".`, {
    hint: 'Give a Slack user id such as U0123ABCD, or add the person under terminal.people in firebreak.yml.',
  });
}
