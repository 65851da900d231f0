import type { ChatMessage, Mutex } from '../../src/ports/state.ts';
import { createMemoryMessages, createMemoryMutex } from '../support/memory-chat.ts';

/** A hold that is not confirmed any more, as nobody told the holder yet, once it is lost. */
export function losableMutex(): Mutex & { lost: boolean } {
  const inner = createMemoryMutex();
  return {
    lost: false,
    async exclusively(name, run) {
      return await inner.exclusively(name, async (signal) =>
        run(signal, async () => {
          if (this.lost) throw new Error('The hold was lost.');
        }),
      );
    },
  };
}

/** Rows at whose first write of one part the process stands still, before or after it is durable. */
export function freezingMessages(key: string, where: 'before' | 'after') {
  const messages = createMemoryMessages();
  const replace = messages.replace.bind(messages);
  const { promise: thawed, resolve: thaw } = Promise.withResolvers<void>();
  let frozen = false;
  const freezes = (row: ChatMessage) => row.key === key && !frozen;
  return Object.assign(messages, {
    thaw,
    isFrozen: () => frozen,
    async replace(row: ChatMessage, before: ChatMessage | null) {
      const stops = freezes(row);
      frozen ||= stops;
      if (stops && where === 'before') await thawed;
      const written = await replace(row, before);
      if (stops && where === 'after') await thawed;
      return written;
    },
  });
}
