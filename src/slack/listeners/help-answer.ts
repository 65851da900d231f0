import { helpMessage } from '../blocks/help-message.ts';
import type { Said } from '../blocks/said.ts';
import type { ListenerContext } from './context.ts';

/** The help for this installation, with a sentence in front or without. */
export function helpAnswer(
  { desk, subcommands }: Pick<ListenerContext, 'desk' | 'subcommands'>,
  before: string | null,
): Said {
  const { databases, runbooks } = desk;
  return helpMessage({ subcommands: [...subcommands.values()], databases, runbooks, before });
}
