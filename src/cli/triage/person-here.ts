import { timingSafeEqual } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Config, TerminalPerson } from '../../config/config.ts';
import { readEnvironment } from '../../config/env.ts';
import type { Person } from '../../domain/actor.ts';
import { FirebreakError } from '../../domain/errors.ts';
import { sha256 } from '../../domain/json.ts';

const TRIES = 3;

/** Asks for a passphrase; null when the person gave up. */
export type AskPassphrase = (name: string) => Promise<string | null>;

/**
 * Who sits here: the entry of `terminal.people` with the account of this process (before sudo), or the one that `as` names
 * and whose passphrase is given. Its id is the Slack user id, so authority is the same, and one person counts once.
 * @throws FirebreakError `unknown-person`.
 */
export async function personHere(
  { terminalPeople }: Pick<Config, 'terminalPeople'>,
  as: string | undefined,
  ask: AskPassphrase,
): Promise<Person> {
  if (as === undefined) return toPerson(byLogin(terminalPeople, accountHere()));
  const found = terminalPeople.find(({ id, name, login }) => [id, name, login].includes(as));
  if (found === undefined) throw unknown(`Nobody in terminal.people is called "${as}".`);
  if (found.login !== null && found.login === accountHere()) return toPerson(found);
  await prove(found, ask);
  return toPerson(found);
}

/** The account that logged in: sudo keeps it in the environment of what it starts as root. */
function accountHere(): string {
  const { username, uid } = userInfo();
  return (uid === 0 ? readEnvironment().SUDO_USER : undefined) ?? username;
}

function byLogin(people: readonly TerminalPerson[], account: string): TerminalPerson {
  const found = people.find(({ login }) => login === account);
  if (found === undefined) throw unknown(`Nobody in terminal.people has the account "${account}".`);
  return found;
}

async function prove({ name, passphrase }: TerminalPerson, ask: AskPassphrase): Promise<void> {
  if (passphrase === null) throw unknown(`${name} has no passphrase, and this is another account.`);
  const wanted = Buffer.from(sha256(passphrase.reveal()));
  for (let tries = 0; tries < TRIES; tries++) {
    const given = await ask(name);
    if (given === null) break;
    if (timingSafeEqual(Buffer.from(sha256(given)), wanted)) return;
  }
  throw unknown(`The passphrase of ${name} was not given.`);
}

function unknown(message: string): FirebreakError {
  return new FirebreakError('unknown-person', message, {
    hint: 'Add an entry under terminal.people in firebreak.yml: person (Slack user id), name, and login or passphrase; or name yourself with --as.',
  });
}

function toPerson({ id, name }: TerminalPerson): Person {
  return { kind: 'person', id, name, via: 'terminal' };
}
