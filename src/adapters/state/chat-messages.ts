import type { Kysely } from 'kysely';
import type { ChatMessage, ChatMessages } from '../../ports/state.ts';
import { guarded } from './failure.ts';
import type { StateTables } from './tables.ts';

/** Where in the chat the parts of an incident are shown. */
export function createChatMessages(db: Kysely<StateTables>): ChatMessages {
  return {
    list: (incidentId) =>
      guarded(() =>
        db
          .selectFrom('chat_message')
          .select([
            'incident_id as incidentId',
            'key',
            'channel',
            'ts',
            'nonce',
            'content_hash as contentHash',
          ])
          .where('incident_id', '=', incidentId)
          .orderBy('key')
          .execute(),
      ),
    incidentAt: (channel, ts) =>
      guarded(async () => {
        const row = await db
          .selectFrom('chat_message')
          .innerJoin('incident', 'incident.id', 'chat_message.incident_id')
          .select('incident_id as incidentId')
          .where('channel', '=', channel)
          .where('ts', '=', ts)
          .executeTakeFirst();
        return row?.incidentId ?? null;
      }),
    put: (message) =>
      guarded(async () => {
        await putMessage(db, message).execute();
      }),
    replace: (message, before) =>
      guarded(async () => {
        const { numInsertedOrUpdatedRows } = await replaceMessage(db, message, before).executeTakeFirst();
        return numInsertedOrUpdatedRows === 1n;
      }),
    replaceAll: (changes) =>
      guarded(() =>
        db.transaction().execute(async (tx) => {
          for (const { message, before } of changes) await replaceMessage(tx, message, before).execute();
        }),
      ),
  };
}

/** The statement that writes where a message stands, or is about to be posted. */
export function putMessage(db: Kysely<StateTables>, message: ChatMessage) {
  return insertMessage(db, message).onConflict((conflict) =>
    conflict.columns(['incident_id', 'key']).doUpdateSet(placeOf(message)),
  );
}

function replaceMessage(db: Kysely<StateTables>, message: ChatMessage, before: ChatMessage | null) {
  return insertMessage(db, message).onConflict((conflict) => {
    const present = conflict.columns(['incident_id', 'key']);
    if (before === null) return present.doNothing();
    return present.doUpdateSet(placeOf(message)).where('chat_message.nonce', '=', before.nonce);
  });
}

function insertMessage(db: Kysely<StateTables>, message: ChatMessage) {
  const { incidentId, key } = message;
  return db.insertInto('chat_message').values({ incident_id: incidentId, key, ...placeOf(message) });
}

function placeOf({ channel, ts, nonce, contentHash }: ChatMessage) {
  return { channel, ts, nonce, content_hash: contentHash };
}
