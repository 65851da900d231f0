import { setTimeout as delay } from 'node:timers/promises';
import type { SlackSandbox } from '../../../src/sandbox/slack/server.ts';
import { act, posted, type Shown, shown } from '../../slack/sandbox-control.ts';
import { ANNA } from '../../support/rig/slack-of.ts';

/** How often the person looks at the channel. */
const LOOK_MS = 150;
/** When nothing has come of a click for so long, the person clicks again. */
const AGAIN_MS = 1_500;

export interface ResponderOptions {
  /** Who clicks; Anna, unless it is somebody else. */
  readonly person?: string;
  /** What is clicked, the first that the newest card offers; Run alone, unless told otherwise. */
  readonly clicks?: readonly string[];
  /** Passes by a step of which the plan proposes nothing, as nobody is to blame any more for what is left. */
  readonly skipsUnproposed?: boolean;
  readonly patienceMs?: number;
  /** Ends the clicking before the incident is closed. */
  readonly signal?: AbortSignal;
}

/** A person who approves whatever is asked, until every incident in the channel says that it is closed. */
export interface Responder {
  /** Resolves with the number of clicks. Throws what the channel shows when the patience is over, 150 s. */
  untilClosed(options?: ResponderOptions): Promise<number>;
}

/** @param explain What else helps to understand why an incident was not closed, such as the end of a log. */
export function createResponder(slack: SlackSandbox, explain: () => string): Responder {
  return {
    async untilClosed({
      person = ANNA,
      clicks = ['step.run'],
      skipsUnproposed = false,
      patienceMs = 150_000,
      signal,
    } = {}) {
      const wanted = (offered: readonly string[]) =>
        clicks.find((id) => offered.includes(id)) ??
        (skipsUnproposed && offered.includes('step.targets') ? 'step.skip' : undefined);
      const deadline = Date.now() + patienceMs;
      let clicked = 0;
      let last = { what: '', at: 0 };
      for (;;) {
        const messages = await posted(slack);
        if (areClosed(messages) || signal?.aborted === true) return clicked;
        const offer = newestOffer(messages, wanted);
        const what = offer === null ? '' : JSON.stringify([offer.message.ts, offer.message.blocks]);
        if (offer !== null && (what !== last.what || Date.now() - last.at > AGAIN_MS)) {
          last = { what, at: Date.now() };
          clicked += 1;
          await act(slack, person, offer.message, offer.actionId).catch(lookAgain);
        }
        if (Date.now() > deadline) {
          const channel = messages.map(({ key, message }) => `${key}: ${message.text}`).join('\n');
          throw new Error(
            `It was not closed within ${patienceMs / 1000} s. The channel shows:\n${channel}\n${await lastTold(slack)}\nThe newest card: ${what}\n${explain()}`,
          );
        }
        await delay(LOOK_MS);
      }
    },
  };
}

/** What the person was told last, for nobody else to see. */
async function lastTold(slack: SlackSandbox): Promise<string> {
  const told = (await shown(slack)).filter(({ ephemeral_to }) => ephemeral_to !== undefined);
  return `Told ${told.length} times, last: ${told.at(-1)?.text ?? 'nothing'}`;
}

type Posted = Awaited<ReturnType<typeof posted>>;

function areClosed(messages: Posted): boolean {
  const parents = messages.filter(({ key }) => key === 'parent');
  return parents.length > 0 && parents.every(({ message }) => message.text.startsWith('Closed'));
}

function newestOffer(
  messages: Posted,
  wanted: (offered: readonly string[]) => string | undefined,
): { message: Shown; actionId: string } | null {
  for (const { message } of messages.toReversed()) {
    const actionId = wanted(offersOf(message));
    if (actionId !== undefined) return { message, actionId };
  }
  return null;
}

/** Action ids of what can be clicked on a message. */
export function offersOf({ blocks = [] }: Shown): string[] {
  return blocks.flatMap(({ elements = [], accessory }) =>
    [...elements, ...(accessory === undefined ? [] : [accessory])].flatMap(
      ({ action_id }) => action_id ?? [],
    ),
  );
}

/** The card was drawn anew under the click. */
export function lookAgain(error: unknown): void {
  if (!String(error).includes('Look again')) throw error;
}
