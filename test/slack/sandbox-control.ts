import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import { CHANNEL } from '../support/channel.ts';

const Element = z.looseObject({ action_id: z.string().optional() });
const Block = z.looseObject({
  type: z.string(),
  block_id: z.string().optional(),
  elements: z.array(Element).optional().catch(undefined),
  accessory: Element.optional(),
});
const Shown = z.looseObject({
  ts: z.string(),
  text: z.string(),
  thread_ts: z.string().optional(),
  ephemeral_to: z.string().optional(),
  blocks: z.array(Block).optional(),
  metadata: z
    .looseObject({ event_payload: z.looseObject({ key: z.string(), incident: z.string() }) })
    .optional(),
});
/** A message as the sandbox's page shows it. */
export type Shown = z.infer<typeof Shown>;

const State = z.looseObject({
  channels: z.array(z.looseObject({ id: z.string(), messages: z.array(Shown) })),
});
const Log = z.array(
  z.looseObject({ at: z.number(), method: z.string(), ok: z.boolean(), args: z.looseObject({}) }),
);

/** A sandbox as another process knows it. */
type Reached = Pick<SlackSandbox, 'url'>;

async function request(sandbox: Reached, name: string, body?: object): Promise<unknown> {
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(`${sandbox.url}/_sandbox/${name}`, body === undefined ? {} : post);
  const answer: unknown = await response.json();
  if (response.status >= 400) throw new Error(`${name}: ${JSON.stringify(answer)}`);
  return answer;
}

/** The messages of a channel in order, the ephemeral ones included. */
export async function shown(sandbox: Reached, channel: string = CHANNEL): Promise<Shown[]> {
  const state = State.parse(await request(sandbox, 'state'));
  return state.channels.find(({ id }) => id === channel)?.messages ?? [];
}

/** The messages of Firebreak by their keys. */
export async function posted(sandbox: Reached): Promise<{ key: string; message: Shown }[]> {
  const messages = await shown(sandbox);
  return messages.flatMap((message) =>
    message.metadata === undefined ? [] : [{ key: message.metadata.event_payload.key, message }],
  );
}

/** Web API calls of one method, oldest first. */
export async function calls(sandbox: SlackSandbox, method: string): Promise<z.infer<typeof Log>> {
  return Log.parse(await request(sandbox, 'log')).filter((call) => call.method === method);
}

/** Makes the next matching calls fail. */
export async function fault(sandbox: SlackSandbox, body: object): Promise<void> {
  await request(sandbox, 'faults', body);
}

export async function disconnect(
  sandbox: SlackSandbox,
  reason: string,
  which: 'all' | 'oldest' = 'all',
): Promise<void> {
  await request(sandbox, 'disconnect', { reason, which });
}

/** The next connections of Socket Mode are told to go. */
export async function refuseSockets(sandbox: SlackSandbox, reason: string, times: number): Promise<void> {
  await request(sandbox, 'refuse-sockets', { reason, times });
}

/** Slack is away until `endOutage`; the channel can still be looked at. */
export async function beginOutage(
  sandbox: SlackSandbox,
  outage: { kind: 'drop' | 'hang' | 'error'; sockets?: boolean },
): Promise<void> {
  await request(sandbox, 'outage', outage);
}

/** Slack is back; tells how many requests came in vain. */
export async function endOutage(sandbox: SlackSandbox): Promise<number> {
  const response = await fetch(`${sandbox.url}/_sandbox/outage`, { method: 'DELETE' });
  if (!response.ok) throw new Error(`The outage could not be ended: ${response.status}.`);
  return z.looseObject({ requests: z.number() }).parse(await response.json()).requests;
}

/** Forgets the faults that have not happened. */
export async function clearFaults(sandbox: SlackSandbox): Promise<void> {
  const response = await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'DELETE' });
  if (!response.ok) throw new Error(`The faults could not be cleared: ${response.status}.`);
}

/** Socket Mode connections that are open. */
export async function connections(sandbox: SlackSandbox): Promise<number> {
  return Link.parse(await request(sandbox, 'state')).link.connections;
}

const Link = z.looseObject({ link: z.looseObject({ connections: z.number() }) });

/** The numbers of the open Socket Mode connections, oldest first. */
export async function connectionNumbers(sandbox: SlackSandbox): Promise<number[]> {
  return z.object({ numbers: z.array(z.int()) }).parse(await request(sandbox, 'connections')).numbers;
}

/** Lets Slack send what follows to these connections. */
export async function sendTo(sandbox: SlackSandbox, numbers: readonly number[]): Promise<void> {
  await request(sandbox, 'connections', { numbers });
}

const Verdict = z.looseObject({ ok: z.boolean(), verdict: z.string() });
const Acted = Verdict.extend({ click: z.string() });

/**
 * Clicks or chooses, as a person would; `chosen` holds what a menu or checkboxes get, and how often and where the
 * click is delivered.
 */
export async function act(
  sandbox: Reached,
  user: string,
  message: Shown,
  actionId: string,
  chosen: object = {},
): Promise<z.infer<typeof Acted>> {
  const block = message.blocks?.find(({ elements, accessory }) =>
    [...(elements ?? []), ...(accessory === undefined ? [] : [accessory])].some(
      (element) => element.action_id === actionId,
    ),
  );
  if (block?.block_id === undefined) throw new Error(`The message has no ${actionId}.`);
  const click = { user, channel: CHANNEL, ts: message.ts, block_id: block.block_id, action_id: actionId };
  return Acted.parse(await request(sandbox, 'action', { ...click, ...chosen }));
}

/** Delivers an earlier click once more, as it was, to a connection. */
export async function replay(
  sandbox: SlackSandbox,
  click: string,
  connection?: number,
): Promise<z.infer<typeof Verdict>> {
  return Verdict.parse(await request(sandbox, 'replay', { click, connection }));
}

const View = z.looseObject({
  id: z.string(),
  callback_id: z.string(),
  private_metadata: z.string(),
  blocks: z.array(Block),
});
/** A modal as the sandbox's page shows it. */
export type ShownView = z.infer<typeof View>;

/** The modal that a person has on top, or undefined. */
export async function modalOf(sandbox: SlackSandbox, user: string): Promise<ShownView | undefined> {
  const { stack } = z.object({ stack: z.array(View) }).parse(await request(sandbox, `views?user=${user}`));
  return stack.at(-1);
}

/** Waits for a modal of a person whose blocks match. */
export async function modalWith(sandbox: SlackSandbox, user: string, match: RegExp): Promise<ShownView> {
  return await until(`${user} sees a modal with ${match}`, async () => {
    const view = await modalOf(sandbox, user);
    return view !== undefined && match.test(JSON.stringify(view.blocks)) && view;
  });
}

const Submitted = Verdict.extend({
  verdict: z.string().optional(),
  response_action: z.string().optional(),
  errors: z.record(z.string(), z.string()).optional(),
});

/** Submits a modal with what its elements hold: block_id → action_id → state. */
export async function submit(
  sandbox: SlackSandbox,
  user: string,
  view: ShownView,
  values: Record<string, Record<string, object>> = {},
  deliveries = 1,
): Promise<z.infer<typeof Submitted>> {
  const given = { user, view_id: view.id, state: { values }, deliveries };
  return Submitted.parse(await request(sandbox, 'view-submit', given));
}

/** Closes a person's modal. */
export async function closeModal(sandbox: SlackSandbox, user: string, view: ShownView): Promise<void> {
  await request(sandbox, 'view-close', { user, view_id: view.id });
}

/** Types a slash command. */
export async function type(
  sandbox: SlackSandbox,
  user: string,
  text: string,
  channel: string = CHANNEL,
): Promise<z.infer<typeof Verdict>> {
  return Verdict.parse(await request(sandbox, 'command', { user, channel, command: '/db-triage', text }));
}

/** Writes a message; resolves with its timestamp. */
export async function write(
  sandbox: SlackSandbox,
  user: string,
  text: string,
  more: { readonly thread_ts?: string; readonly channel?: string; readonly bot_id?: string } = {},
): Promise<string> {
  return Written.parse(await request(sandbox, 'message', { user, channel: CHANNEL, text, ...more })).ts;
}

const Written = z.looseObject({ ts: z.string() });

/** The newest private answer to a person. */
export async function told(sandbox: SlackSandbox, user: string, match: RegExp): Promise<string> {
  return await until(`${user} is told ${match}`, async () => {
    const all = await shown(sandbox);
    const found = all.findLast(
      (message) => message.ephemeral_to === user && match.test(JSON.stringify(message.blocks)),
    );
    return found === undefined ? undefined : JSON.stringify(found.blocks);
  });
}

/** Resolves as soon as the condition holds; fails after the deadline in milliseconds. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 10_000,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`It did not come to pass within ${deadlineMs} ms: ${what}`);
    await delay(10);
  }
}

/** Chooses a shortcut: of the workspace, or in the menu of a message. */
export async function choose(
  sandbox: SlackSandbox,
  user: string,
  callback: string,
  message?: { readonly ts: string; readonly channel?: string },
): Promise<z.infer<typeof Verdict>> {
  const on = message === undefined ? {} : { channel: message.channel ?? CHANNEL, ts: message.ts };
  return Verdict.parse(await request(sandbox, 'shortcut', { user, callback_id: callback, ...on }));
}

const Home = z.looseObject({ type: z.string(), blocks: z.array(Block) });

/** Opens the Home tab of the app. */
export async function openHome(sandbox: SlackSandbox, user: string): Promise<void> {
  await request(sandbox, 'home', { user });
}

/** Waits for the Home tab of a person to match; the blocks as text. */
export async function homeWith(sandbox: SlackSandbox, user: string, match: RegExp): Promise<string> {
  return await until(
    `the Home of ${user} shows ${match}`,
    async () => {
      const state = z
        .looseObject({ homes: z.record(z.string(), Home.nullable()) })
        .parse(await request(sandbox, 'state'));
      const text = JSON.stringify(state.homes[user]?.blocks ?? []);
      return match.test(text) && text;
    },
    20_000,
  );
}
