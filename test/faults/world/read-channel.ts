import { z } from 'zod';
import type { SlackSandbox } from '../../../src/sandbox/slack/server.ts';
import { shown } from '../../slack/sandbox-control.ts';
import type { MessageFact } from './facts.ts';
import { offersOf } from './responder.ts';

const Ours = z.object({ event_payload: z.object({ incident: z.string(), key: z.string() }) });
const Files = z.array(z.looseObject({ id: z.string() })).catch([]);
const State = z.object({ bot: z.object({ userId: z.string() }) });

/** The messages of Firebreak in the channel that everybody sees. */
export async function readChannel(slack: SlackSandbox): Promise<readonly MessageFact[]> {
  const { bot } = State.parse(await (await fetch(`${slack.url}/_sandbox/state`)).json());
  const messages = await shown(slack);
  return messages
    .filter((message) => message.user === bot.userId && message.ephemeral_to === undefined)
    .map((message) => {
      const ours = Ours.safeParse(message.metadata);
      const { incident = null, key = null } = ours.success ? ours.data.event_payload : {};
      const { ts, text, thread_ts: thread = null } = message;
      const file = Files.parse(message.files)[0]?.id ?? null;
      return { ts, text, thread, incident, key, file, offers: offersOf(message) };
    });
}
