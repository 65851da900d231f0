import { pino } from 'pino';
import type { Config } from '../../config/config.ts';
import { readEnvironment } from '../../config/env.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { Person } from '../../domain/actor.ts';
import { FirebreakError } from '../../domain/errors.ts';
import type { IncidentDesk } from '../../engine/desk.ts';
import type { State } from '../../ports/state.ts';
import { withoutMentions } from '../../terminal/mentions.ts';
import { createScreen } from '../../terminal/screen.ts';
import { attachDesk } from '../../wiring/attach-desk.ts';
import { reachStateUrl } from '../../wiring/state-url.ts';
import { personHere } from '../triage/person-here.ts';
import { withState } from '../with-state.ts';

/** Where the configuration is, and who somebody says to be. */
interface Claimed {
  readonly config: string;
  readonly as?: string;
}

type Work<T> = (desk: IncidentDesk, by: Person) => Promise<T>;

/** Does something as the person who sits here, with the authority of the configuration. */
export async function asPerson<T>(claimed: Claimed, work: Work<T>): Promise<T> {
  const { config, by } = await whoIsHere(claimed);
  return await withState(claimed.config, reachStateUrl, async (state) =>
    atDesk(config, state, async (desk) => work(desk, by)),
  );
}

/** The same on a state that is open. */
export async function asPersonOn<T>(state: State, claimed: Claimed, work: Work<T>): Promise<T> {
  const { config, by } = await whoIsHere(claimed);
  return await atDesk(config, state, async (desk) => work(desk, by));
}

async function whoIsHere(claimed: Claimed): Promise<{ readonly config: Config; readonly by: Person }> {
  const config = await loadConfig(claimed.config);
  return { config, by: await personHere(config, claimed.as, askPassphrase) };
}

async function atDesk<T>(config: Config, state: State, work: (desk: IncidentDesk) => Promise<T>): Promise<T> {
  await using attached = await attachDesk(config, state, pino({ level: 'warn' }, process.stderr));
  return await work(attached.desk);
}

async function askPassphrase(name: string): Promise<string | null> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return null;
  const screen = createScreen({
    input: stdin,
    output: stdout,
    colour: readEnvironment().NO_COLOR === undefined,
  });
  return await screen.secret(`Passphrase of ${name}:`, new AbortController().signal);
}

/** What somebody asked for was refused. */
export function refused(message: string): FirebreakError {
  return new FirebreakError('not-allowed', withoutMentions(message), {
    hint: 'authority.incident of the configuration says who may; nothing was changed.',
  });
}
