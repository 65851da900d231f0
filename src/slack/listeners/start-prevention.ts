import type { Person } from '../../domain/actor.ts';
import type { Said } from '../blocks/said.ts';
import type { ListenerContext } from './context.ts';
import { openedAnswer } from './opened-answer.ts';
import { say } from './say.ts';

/** Starts a prevention run on a database, or names the one that is open, or says why not. */
export async function startPrevention(
  context: Pick<ListenerContext, 'desk' | 'messages' | 'client'>,
  database: string,
  by: Person,
): Promise<Said> {
  const opened = await context.desk.open({ database, runbook: null, by, purpose: 'prevention' });
  return opened.status === 'refused' ? say(opened.message) : await openedAnswer(context, database, opened);
}
