import type { ChatMessage } from '../../ports/state.ts';
import { newNonce } from './nonce.ts';
import type { OutboxTools } from './tools.ts';

type Tools = Pick<OutboxTools, 'channel' | 'clock' | 'messages' | 'unsent'>;

/** Pictures and canvases are there, whatever becomes of the messages that show them. */
const STAYS = /^(?:picture|canvas):/;

/**
 * Lets every message of an incident be posted anew, its parent first. They are forgotten together: a card that is known to
 * stand in the thread of before would stay there, where nobody looks.
 */
export async function postAllAnew(tools: Tools, incidentId: string): Promise<void> {
  const rows = await tools.messages.list(incidentId);
  await postAnew(
    tools,
    rows.filter(({ key }) => !STAYS.test(key)),
  );
}

/** Lets messages be posted anew. */
export async function postAnew(tools: Tools, rows: readonly ChatMessage[]): Promise<void> {
  const { channel, clock, messages, unsent } = tools;
  const changes = rows.map((before) => {
    const nonce = newNonce(clock.now());
    return { before, message: { ...before, channel, ts: null, nonce, contentHash: '' } };
  });
  await messages.replaceAll(changes);
  for (const { message } of changes) unsent.add(message.nonce);
}
