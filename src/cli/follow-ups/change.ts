import { Command } from 'commander';
import type { FollowUpChange } from '../../engine/desk-follow-ups.ts';
import { asPerson, refused } from '../alerts/as-person.ts';
import { ownerOf } from './owner.ts';

interface Options {
  readonly config: string;
  readonly as?: string;
  readonly reason?: string;
}

/** `firebreak follow-ups assign <id> <person>`. */
export function assignCommand(): Command {
  return about('assign', 'Say who looks after it.')
    .argument('<person>', 'Slack user id, a name of terminal.people, or nobody')
    .action(async (id: string, who: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const owner = who === 'nobody' ? null : await ownerOf(options.config, who);
      await change(
        options,
        { id, owner },
        `${id.toUpperCase()} is ${owner === null ? 'nobody' : owner.name}'s now.`,
      );
    });
}

/** `firebreak follow-ups due <id> <day>`. */
export function dueCommand(): Command {
  return about('due', 'Say by which day it shall be done.')
    .argument('<day>', 'such as 2026-12-31, or none')
    .action(async (id: string, day: string, _: object, command: Command) => {
      const due = day === 'none' ? null : day;
      const done = due === null ? `${id} has no day any more.` : `${id} is due ${due}.`;
      await change(command.optsWithGlobals<Options>(), { id, due }, done);
    });
}

/** `firebreak follow-ups done <id>`. */
export function doneCommand(): Command {
  return about('done', 'Say that it is done, where no audit can.')
    .option('--reason <text>', 'how')
    .action(settle('done', 'is done.'));
}

/** `firebreak follow-ups reopen <id>`. */
export function reopenCommand(): Command {
  return about('reopen', 'Open it again.')
    .option('--reason <text>', 'why')
    .action(settle('open', 'is open again.'));
}

/** `firebreak follow-ups drop <id>`. */
export function dropCommand(): Command {
  return about('drop', 'Say that it shall not be done. It is kept, with the reason.')
    .requiredOption('--reason <text>', 'why not')
    .action(settle('dropped', 'is dropped.'));
}

function about(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<id>', 'such as FU-3')
    .option('--as <person>', 'who you are, when the account of this machine does not say it')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml');
}

function settle(to: NonNullable<FollowUpChange['to']>, words: string) {
  return async (id: string, _: object, command: Command): Promise<void> => {
    const options = command.optsWithGlobals<Options>();
    const reason = options.reason === undefined ? {} : { reason: options.reason };
    await change(options, { id, to, ...reason }, `${id} ${words}`);
  };
}

async function change(
  options: Options,
  wish: Omit<FollowUpChange, 'by' | 'click'>,
  done: string,
): Promise<void> {
  const id = wish.id.toUpperCase();
  const refusal = await asPerson(options, async (desk, by) => desk.followUps.change({ ...wish, id, by }));
  if (refusal !== null) throw refused(refusal);
  process.stdout.write(`${done}\n`);
}
