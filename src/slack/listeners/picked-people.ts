import type { Person } from '../../domain/actor.ts';
import type { ListenerContext } from './context.ts';

/** Pages of 1,000 members that are looked through; a bigger channel is taken to have everybody. */
const MOST_PAGES = 5;

/**
 * The people picked in a modal, or one sentence why one of them cannot respond: bots, guests and people of other
 * workspaces never, and nobody who would not see the thread.
 */
export async function pickedPeople(
  context: ListenerContext,
  ids: readonly string[],
): Promise<{ people: readonly Person[] } | { problem: string }> {
  const people: Person[] = [];
  for (const id of ids) {
    const found = await context.people.lookUp(id);
    if (found.status === 'stranger') return { problem: found.message };
    people.push(found.person);
  }
  const outside = await missingFrom(context, ids);
  const missing = people.filter(({ id }) => outside.has(id)).map(({ name }) => name);
  return missing.length === 0
    ? { people }
    : {
        problem: `Not in the incident channel: ${missing.join(', ')}. Invite them there, then submit again.`,
      };
}

/** Who of these is not in the incident channel; nobody when the members cannot be read. */
async function missingFrom(
  { client, channel, logger }: ListenerContext,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const missing = new Set(ids);
  try {
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const next = cursor === undefined ? {} : { cursor };
      const answer = await client.conversations.members({ channel, limit: 1000, ...next });
      for (const id of answer.members ?? []) missing.delete(id);
      cursor = answer.response_metadata?.next_cursor;
      if (missing.size === 0 || cursor === undefined || cursor === '') return missing;
    }
  } catch (error) {
    logger.warn({ err: error }, 'The members of the incident channel could not be read');
  }
  return new Set();
}
