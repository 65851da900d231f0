import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { channel, people } from './people.ts';

/** The parts of the page's state that a responder looks at. */
const Button = z.object({
  type: z.literal('button'),
  action_id: z.string(),
  value: z.string().optional(),
  text: z.object({ text: z.string() }),
});
const Message = z.object({
  ts: z.string(),
  thread_ts: z.string().optional(),
  blocks: z
    .array(
      z.object({
        type: z.string(),
        block_id: z.string().optional(),
        elements: z.array(z.unknown()).optional(),
      }),
    )
    .optional(),
});
const PageState = z.object({
  channels: z.array(z.object({ id: z.string(), messages: z.array(Message) })),
});

/** The button for the second of two people. */
const SECOND = 'Run (second person)';

export interface ResponderOptions {
  /** Address of the Slack sandbox. */
  readonly slackUrl: string;
  /** Milliseconds of thought before each click. */
  readonly thinkMs: number;
  /** Kills before suspending, as on the day, and goes back when told that it respawned. */
  readonly wrongOrder: boolean;
  /** What to do where the plan proposes no target: choose all of them, or skip the step. */
  readonly unproposed: 'choose' | 'skip';
  /** What to do with a step that needs a person: try it again, as long as it takes, or skip it. */
  readonly stuck: 'retry' | 'skip';
  readonly onClick: (what: string) => void;
  readonly signal: AbortSignal;
}

/** A button that can be pressed. */
interface Offer {
  readonly ts: string;
  readonly blockId: string;
  readonly actionId: string;
  /** Whether it is for somebody else than who approved first. */
  readonly isForSecond: boolean;
  readonly value: string;
}

/** Milliseconds after which a click of which nothing came is repeated, as a person would: Slack may have lost it. */
const PATIENCE_MS = 15_000;

/** A scripted person on call: reads the thread as the page shows it and clicks as a person would. Ends when aborted. */
export async function respond(options: ResponderOptions): Promise<void> {
  const answered = new Map<string, number>();
  const { signal } = options;
  try {
    for (;;) {
      const offers = await newestCard(options.slackUrl, signal);
      const choice = choose(offers, options, answered);
      const clickedAt = choice === null ? undefined : answered.get(keyOf(choice));
      if (choice !== null && Date.now() - (clickedAt ?? 0) > PATIENCE_MS) {
        await delay(options.thinkMs, undefined, { signal });
        await click(options, choice);
        answered.set(keyOf(choice), Date.now());
      }
      await delay(150, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function keyOf(offer: Offer): string {
  return `${offer.ts} ${offer.actionId} ${offer.value}`;
}

/** The buttons of the newest card that has any, by action id. */
async function newestCard(slackUrl: string, signal: AbortSignal): Promise<Map<string, Offer>> {
  const response = await fetch(`${slackUrl}/_sandbox/state`, { signal });
  const state = PageState.parse(await response.json());
  const messages = state.channels.find(({ id }) => id === channel.id)?.messages ?? [];
  const cards = messages.filter(({ thread_ts, ts }) => thread_ts !== undefined && thread_ts !== ts);
  for (const message of cards.toReversed()) {
    const offers = offersOf(message);
    if ([...offers.keys()].some((action) => action.startsWith('step.'))) return offers;
  }
  return new Map();
}

function offersOf(message: z.infer<typeof Message>): Map<string, Offer> {
  const offers = new Map<string, Offer>();
  for (const block of message.blocks ?? []) {
    for (const element of block.elements ?? []) {
      if (block.block_id === undefined) continue;
      const place = { ts: message.ts, blockId: block.block_id };
      const button = Button.safeParse(element);
      if (button.success) {
        const { action_id: actionId, value = '', text } = button.data;
        const isForSecond = text.text === SECOND;
        offers.set(actionId, { ...place, actionId, isForSecond, value });
      }
    }
  }
  return offers;
}

/** What the runbook asks for: choose where nothing is proposed, run. In the wrong order suspending is skipped the first time. */
function choose(
  offers: ReadonlyMap<string, Offer>,
  { wrongOrder, unproposed, stuck }: Pick<ResponderOptions, 'wrongOrder' | 'unproposed' | 'stuck'>,
  answered: ReadonlyMap<string, number>,
): Offer | null {
  const back = offers.get('step.back');
  const retry = offers.get('step.retry');
  const run = offers.get('step.run');
  const targets = offers.get('step.targets');
  if (run === undefined && targets !== undefined) {
    return unproposed === 'choose' ? targets : (offers.get('step.skip') ?? null);
  }
  // A card that offers no retry is still measuring.
  if (run === undefined && retry !== undefined && stuck === 'skip') return offers.get('step.skip') ?? retry;
  if (run === undefined) return retry === undefined ? null : (back ?? retry);
  const skippedBefore = [...answered.keys()].some((key) => key.includes('step.skip'));
  const isSuspend = keyOf(run).includes('suspend');
  if (wrongOrder && isSuspend && !skippedBefore) return offers.get('step.skip') ?? run;
  return run;
}

async function click(options: ResponderOptions, offer: Offer): Promise<void> {
  const [onCall, second] = people;
  options.onClick(offer.actionId);
  const user = (offer.isForSecond ? second : onCall).id;
  await sandbox(options, 'action', {
    user,
    channel: channel.id,
    ts: offer.ts,
    block_id: offer.blockId,
    action_id: offer.actionId,
    value: offer.value,
  });
  if (offer.actionId === 'step.targets') await chooseAll(options, user);
}

/** The choice of targets as the page shows it once it is read. */
const Choice = z.object({
  id: z.string(),
  blocks: z.array(
    z.looseObject({
      block_id: z.string(),
      element: z.looseObject({ action_id: z.string(), options: z.array(z.unknown()) }).optional(),
    }),
  ),
});

/** Chooses every target in the modal that opened. */
async function chooseAll(options: ResponderOptions, user: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const { stack } = z
      .object({ stack: z.array(z.unknown()) })
      .parse(await sandbox(options, `views?user=${user}`));
    const view = Choice.safeParse(stack.at(-1));
    const input = view.data?.blocks.find(({ element }) => element !== undefined);
    if (view.data !== undefined && input?.element !== undefined) {
      const { action_id, options: selected_options } = input.element;
      const values = { [input.block_id]: { [action_id]: { selected_options } } };
      await sandbox(options, 'view-submit', { user, view_id: view.data.id, state: { values } });
      return;
    }
    await delay(150, undefined, { signal: options.signal });
  }
}

async function sandbox(
  { slackUrl, signal }: Pick<ResponderOptions, 'slackUrl' | 'signal'>,
  path: string,
  body?: object,
): Promise<unknown> {
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(`${slackUrl}/_sandbox/${path}`, {
    ...(body === undefined ? {} : post),
    signal,
  });
  return await response.json();
}
