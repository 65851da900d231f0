import type { webApi } from '@slack/bolt';
import type { ChatMessages } from '../../ports/state.ts';

/** A link to the parent message of an incident, or null while there is none. Throws nothing but the state's errors. */
export async function permalink(
  { messages, client }: { readonly messages: ChatMessages; readonly client: webApi.WebClient },
  incidentId: string,
): Promise<string | null> {
  const parent = (await messages.list(incidentId)).find(({ key }) => key === 'parent');
  if (parent?.ts == null) return null;
  try {
    const answer = await client.chat.getPermalink({ channel: parent.channel, message_ts: parent.ts });
    return answer.permalink ?? null;
  } catch {
    return null;
  }
}
