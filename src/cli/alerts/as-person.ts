import { pino } from 'pino';
import { readEnvironment } from '../../config/env.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { Person } from '../../domain/actor.ts';
import { FirebreakError } from '../../domain/errors.ts';
import type { IncidentDesk } from '../../engine/desk.ts';
import { withoutMentions } from '../../terminal/mentions.ts';
import { createScreen } from '../../terminal/screen.ts';
import { attachDesk } from '../../wiring/attach-desk.ts';
import { reachStateUrl } from '../../wiring/state-url.ts';
import { personHere } from '../triage/person-here.ts';

/** Does something as the person who sits here, with the authority of the configuration. */
export async function asPerson<T>(
  options: { readonly config: string; readonly as?: string },
  work: (desk: IncidentDesk, by: Person) => Promise<T>,
): Promise<T> {
  const config = await loadConfig(options.config);
  const by = await personHere(config, options.as, askPassphrase);
  const logger = pino({ level: 'warn' }, process.stderr);
  await using started = new AsyncDisposableStack();
  const url = await reachStateUrl(config.state, started, logger);
  const { desk } = started.use(await attachDesk(config, url, logger));
  return await work(desk, by);
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
