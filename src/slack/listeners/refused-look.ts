import type { Person } from '../../domain/actor.ts';
import { type Answered, privately } from './answered.ts';
import type { ListenerContext } from './context.ts';

/**
 * What somebody is told who may not look; null for whoever may. It is logged and not journaled: nothing is decided by
 * looking, and most of it belongs to no incident.
 */
export async function refusedLook(
  { desk, logger }: Pick<ListenerContext, 'desk' | 'logger'>,
  by: Person,
  { what, words }: { readonly what: string; readonly words: string },
): Promise<Answered | null> {
  const denied = await desk.whyNot(by, 'observe');
  if (denied === null) return null;
  logger.info({ user: by.id, what }, 'Refused to show something to a person who may not observe');
  return privately(`${words} shown to those who may observe. ${denied}`);
}
