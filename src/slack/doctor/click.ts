import { setTimeout as delay } from 'node:timers/promises';
import type { webApi } from '@slack/bolt';
import { z } from 'zod';
import type { SlackAccess } from '../../domain/access.ts';
import { slackFault } from '../app/slack-fault.ts';
import { actionIds } from '../blocks/action-ids.ts';
import { clickRequest, unpressed } from '../blocks/doctor-click.ts';

/** How somebody is asked to press a button. */
export interface AskedForClick {
  /** Milliseconds to wait for it. */
  readonly waitMs: number;
  /** Milliseconds between two looks; Slack lets a channel be read 50 times a minute. */
  readonly lookEveryMs: number;
  /** Called when the button stands in the channel, with its link. */
  readonly asked: (link: string | null) => void;
}

const Message = z.object({
  text: z.string().default(''),
  blocks: z
    .array(z.object({ elements: z.array(z.looseObject({ action_id: z.string().optional() })).optional() }))
    .default([]),
});

/**
 * Posts a button and looks whether a running Firebreak has answered its press in the message. The doctor opens no
 * connection of its own for it: Slack gives each click to one connection, and a real decision must not end up here.
 */
export async function askForClick(
  client: webApi.WebClient,
  { channel, waitMs, lookEveryMs, asked }: AskedForClick & { readonly channel: string },
  signal: AbortSignal,
): Promise<NonNullable<SlackAccess['click']>> {
  const fault = (method: string) => (error: unknown) => Promise.reject(slackFault(error, method));
  const { text, blocks } = clickRequest();
  const posted = await client.chat
    .postMessage({ channel, text, blocks: [...blocks] })
    .catch(fault('chat.postMessage'));
  const ts = posted.ts ?? '';
  const { permalink = null } = await client.chat
    .getPermalink({ channel, message_ts: ts })
    .catch(() => ({ permalink: null }));
  asked(permalink);
  const until = performance.now() + waitMs;
  while (performance.now() < until && !signal.aborted) {
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
    const answer = await answerOf(client, channel, ts).catch(fault('conversations.history'));
    if (answer !== null) return { pressed: true, text: answer };
  }
  const late = unpressed();
  await client.chat.update({ channel, ts, text: late.text, blocks: [...late.blocks] }).catch(() => undefined);
  return { pressed: false, text: `No press of the button arrived within ${Math.round(waitMs / 1_000)} s.` };
}

/** What the message says once its button is gone; null while it stands there. */
async function answerOf(client: webApi.WebClient, channel: string, ts: string): Promise<string | null> {
  const { messages = [] } = await client.conversations.history({
    channel,
    oldest: ts,
    latest: ts,
    inclusive: true,
    limit: 1,
  });
  const [found] = messages;
  if (found === undefined) return null;
  const { text, blocks } = Message.parse(found);
  const waits = blocks.some(({ elements = [] }) =>
    elements.some(({ action_id }) => action_id === actionIds.doctorClick),
  );
  return waits ? null : text;
}
