import { z } from 'zod';
import { hashJson } from '../../domain/json.ts';
import type { Note } from '../../domain/note.ts';
import type { ListenerContext } from './context.ts';
import { GivenMessage, messageWords } from './message-words.ts';
import type { Claimed } from './people.ts';
import type { Whereabouts } from './tell.ts';

/** The parts of a shortcut's payload that are used (docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload). */
const Payload = z.object({
  user: z.object({ id: z.string(), team_id: z.string().optional(), name: z.string().optional() }),
  callback_id: z.string(),
  trigger_id: z.string().optional(),
  action_ts: z.string().optional(),
  response_url: z.string().optional(),
  channel: z.object({ id: z.string() }).optional(),
  message: GivenMessage.optional(),
});

/** Somebody chose a shortcut. */
export interface Chosen {
  readonly by: Claimed;
  readonly triggerId: string | null;
  /** Names this one choice: the same whenever it is delivered again; undefined when Slack gives no time. */
  readonly id: string | undefined;
  readonly whereabouts: Whereabouts;
  /** The message that it was chosen on; null for a shortcut of the workspace. */
  readonly message: (GivenMessage & { readonly channel: string }) | null;
}

/** Throws when the payload is not as Slack documents it: whoever chose is told then. */
export function readShortcut(body: unknown): Chosen {
  const { user, callback_id, trigger_id, action_ts, response_url, channel, message } = Payload.parse(body);
  const named = [user.id, callback_id, channel?.id, message?.ts, action_ts];
  return {
    by: { id: user.id, teamId: user.team_id ?? null, name: user.name ?? null },
    triggerId: trigger_id ?? null,
    id: action_ts === undefined ? undefined : hashJson(named).slice(0, 32),
    whereabouts: {
      user: user.id,
      channel: channel?.id ?? null,
      thread: message?.thread_ts ?? null,
      responseUrl: response_url ?? null,
    },
    message: message === undefined || channel === undefined ? null : { ...message, channel: channel.id },
  };
}

/** A message as a note: what it says, who wrote it, when, and where it can be read. */
export async function noteOf(
  { client, people }: Pick<ListenerContext, 'client' | 'people'>,
  message: NonNullable<Chosen['message']>,
): Promise<Omit<Note, 'by'>> {
  const { channel, ts } = message;
  const link = await client.chat.getPermalink({ channel, message_ts: ts }).catch(() => null);
  return {
    text: messageWords(message),
    said: { by: await authorOf(people, message), at: new Date(Number(ts) * 1000).toISOString() },
    message: `${channel}/${ts}`,
    source: link?.permalink ?? null,
  };
}

async function authorOf(people: ListenerContext['people'], message: GivenMessage): Promise<string> {
  const program = message.bot_profile?.name ?? message.username;
  if (program !== undefined || message.user === undefined) return program ?? 'Somebody';
  const identified = await people.identify({ id: message.user, teamId: null, name: null });
  return identified.status === 'person' ? identified.person.name : `@${message.user}`;
}
