import type { Person } from '../../domain/actor.ts';
import { isFirebreakError } from '../../domain/errors.ts';
import type { LiveReadings } from '../../ports/live.ts';
import type { LiveKind, LiveValue } from '../blocks/live-buttons.ts';
import { locksMessage } from '../blocks/live-locks.ts';
import { queriesMessage } from '../blocks/live-queries.ts';
import type { Said } from '../blocks/said.ts';
import { unreadableMessage } from '../blocks/unreadable.ts';
import { type Answered, openly } from './answered.ts';
import type { ListenerContext } from './context.ts';
import { refusedLook } from './refused-look.ts';

type Read = (live: LiveReadings, database: string) => Promise<Said>;

const READ: Readonly<Record<LiveKind, Read>> = {
  queries: async (live, database) => queriesMessage(await live.queries(database)),
  locks: async (live, database) => locksMessage(await live.locks(database)),
};

/** Reads a database for somebody who may, and says so when it cannot be read. */
export async function liveAnswer(
  context: Pick<ListenerContext, 'desk' | 'live' | 'logger'>,
  by: Person,
  value: LiveValue,
): Promise<Answered> {
  const refused = await refusedLook(context, by, { what: value.what, words: 'What runs on a database is' });
  if (refused !== null) return refused;
  try {
    return openly(await READ[value.what](context.live, value.database));
  } catch (error) {
    if (!isFirebreakError(error)) throw error;
    return openly(unreadableMessage(error, value));
  }
}
