import type { ChatMessage, ChatMessages, Mutex } from '../../src/ports/state.ts';

/** Rows of messages in memory. */
interface MemoryMessages extends ChatMessages {
  rows: ChatMessage[];
  /** Makes the next write of a sent message fail, as a crash would. */
  failNext: boolean;
  /** Makes the write of this number from now on fail, from 1. */
  dieAt(write: number): void;
}

export function createMemoryMessages(): MemoryMessages {
  const rows: ChatMessage[] = [];
  let writesLeft = Number.POSITIVE_INFINITY;

  function countWrite(): void {
    writesLeft -= 1;
    if (writesLeft > 0) return;
    writesLeft = Number.POSITIVE_INFINITY;
    throw new Error('The process died before it wrote.');
  }

  const nonceOf = ({ incidentId, key }: ChatMessage) =>
    rows.find((row) => row.incidentId === incidentId && row.key === key)?.nonce;

  return {
    rows,
    failNext: false,
    dieAt(write) {
      writesLeft = write;
    },
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
      countWrite();
      const nonce = nonceOf(message);
      if (nonce !== undefined && nonce !== before?.nonce) return false;
      await this.put(message);
      return true;
    },
    async replaceAll(changes) {
      countWrite();
      for (const { message, before } of changes) {
        if (nonceOf(message) === before?.nonce) await this.put(message);
      }
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
