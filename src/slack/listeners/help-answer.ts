import { helpMessage } from '../blocks/help-message.ts';
import type { Said } from '../blocks/said.ts';
import type { TypingContext } from './subcommand.ts';

/** The help for this installation. */
export function helpAnswer({ desk, subcommands }: Pick<TypingContext, 'desk' | 'subcommands'>): Said {
  const { databases, runbooks } = desk;
  return helpMessage({ subcommands: [...subcommands.values()], databases, runbooks });
}
