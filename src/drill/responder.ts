import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { channel, people } from './people.ts';

/** The parts of the page's state that a responder looks at. */
const Checkboxes = z.object({
  type: z.literal('checkboxes'),
  action_id: z.string(),
  options: z.array(z.unknown()),
  initial_options: z.array(z.unknown()).optional(),
});
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
  /** What to do with targets of which the plan ticked none: tick all of them, or skip the step. */
  readonly unticked: 'tick' | 'skip';
  readonly onClick: (what: string) => void;
  readonly signal: AbortSignal;
}

/** An element that can be used: a button, or checkboxes of which none is ticked. */
interface Offer {
  readonly ts: string;
  readonly blockId: string;
  readonly actionId: string;
  /** Whether it is for somebody else than who approved first. */
  readonly isForSecond: boolean;
  /** Fields of the action beside its names. */
  readonly input: { readonly value: string } | { readonly selected_options: readonly unknown[] };
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
  return `${offer.ts} ${offer.actionId} ${JSON.stringify(offer.input)}`;
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
        offers.set(actionId, { ...place, actionId, isForSecond, input: { value } });
      }
      const boxes = Checkboxes.safeParse(element);
      if (boxes.success && (boxes.data.initial_options ?? []).length === 0) {
        const { action_id: actionId, options } = boxes.data;
        offers.set(actionId, {
          ...place,
          actionId,
          isForSecond: false,
          input: { selected_options: options },
        });
      }
    }
  }
  return offers;
}

/** What the runbook asks for: tick what is not ticked, run. In the wrong order suspending is skipped the first time. */
function choose(
  offers: ReadonlyMap<string, Offer>,
  { wrongOrder, unticked: onUnticked }: Pick<ResponderOptions, 'wrongOrder' | 'unticked'>,
  answered: ReadonlyMap<string, number>,
): Offer | null {
  const back = offers.get('step.back');
  const retry = offers.get('step.retry');
  const run = offers.get('step.run');
  // A card that offers no retry is still measuring.
  if (run === undefined) return retry === undefined ? null : (back ?? retry);
  const skippedBefore = [...answered.keys()].some((key) => key.includes('step.skip'));
  const isSuspend = keyOf(run).includes('suspend');
  if (wrongOrder && isSuspend && !skippedBefore) return offers.get('step.skip') ?? run;
  const unticked = offers.get('step.targets');
  if (unticked === undefined || answered.has(keyOf(unticked))) return run;
  return onUnticked === 'tick' ? unticked : (offers.get('step.skip') ?? null);
}

async function click(options: ResponderOptions, offer: Offer): Promise<void> {
  const [onCall, second] = people;
  options.onClick(offer.actionId);
  const response = await fetch(`${options.slackUrl}/_sandbox/action`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      user: (offer.isForSecond ? second : onCall).id,
      channel: channel.id,
      ts: offer.ts,
      block_id: offer.blockId,
      action_id: offer.actionId,
      ...offer.input,
    }),
    signal: options.signal,
  });
  await response.arrayBuffer();
}
