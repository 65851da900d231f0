import type { ChatMessage, ChatMessages, Mutex } from '../../src/ports/state.ts';

/** Rows of messages in memory; `failNext` makes the next put of a sent message fail, as a crash would. */
export function createMemoryMessages(): ChatMessages & { rows: ChatMessage[]; failNext: boolean } {
  const rows: ChatMessage[] = [];
  return {
    rows,
    failNext: false,
    async list(incidentId) {
      return rows.filter((row) => row.incidentId === incidentId).map((row) => ({ ...row }));
    },
    async incidentAt(channel, ts) {
      return rows.find((row) => row.channel === channel && row.ts === ts)?.incidentId ?? null;
    },
    async put(message) {
      if (this.failNext && message.ts !== null) {
        this.failNext = false;
        throw new Error('The process died between the post and its row.');
      }
      const index = rows.findIndex((row) => row.incidentId === message.incidentId && row.key === message.key);
      if (index === -1) rows.push({ ...message });
      else rows[index] = { ...message };
    },
    async replace(message, before) {
      const present = rows.find((row) => row.incidentId === message.incidentId && row.key === message.key);
      if (present !== undefined && present.nonce !== before?.nonce) return false;
      await this.put(message);
      return true;
    },
  };
}

/** A mutex of one process. */
export function createMemoryMutex(): Mutex {
  const held = new Set<string>();
  return {
    async exclusively(name, run) {
      if (held.has(name)) return { status: 'busy' };
      held.add(name);
      try {
        return { status: 'done', result: await run(new AbortController().signal, async () => {}) };
      } finally {
        held.delete(name);
      }
    },
  };
}
