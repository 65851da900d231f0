import type { Incident } from '../../domain/incident.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ChatMessage } from '../../ports/state.ts';
import { newNonce, timeOfNonce } from './nonce.ts';

/**
 * Milliseconds for which what was just written is known without a look: much less than what others wait before they post
 * anew what they cannot find, so that a process that was frozen meanwhile looks first.
 */
const FRESH_MS = 1_000;

/** A new incident as its opening wrote it. */
export interface News {
  readonly incident: Incident;
  /** The row of its first message, of which nothing was sent yet. */
  readonly row: ChatMessage;
}

/** New incidents of this process that nobody has drawn yet: their first message is posted without reading anything. */
export interface NewsDesk {
  reserve(incidentId: string, channel: string): ChatMessage;
  announce(incident: Incident): void;
  /** What is new of this incident, once, and only right after it was written. */
  take(incidentId: string): News | null;
}

export function createNews(tools: { readonly clock: Clock; readonly unsent: Set<string> }): NewsDesk {
  const reserved = new Map<string, ChatMessage>();
  const announced = new Map<string, News>();

  /** Rows of openings that came to nothing, and news that nobody took. */
  function forgetOld(): void {
    for (const [id, row] of reserved) if (!isFresh(row, tools.clock)) reserved.delete(id);
    for (const [id, { row }] of announced) if (!isFresh(row, tools.clock)) announced.delete(id);
  }

  return {
    reserve(incidentId, channel) {
      forgetOld();
      const nonce = newNonce(tools.clock.now());
      const row = { incidentId, key: 'parent', channel, ts: null, nonce, contentHash: '' };
      reserved.set(incidentId, row);
      return row;
    },
    announce(incident) {
      const row = reserved.get(incident.id);
      reserved.delete(incident.id);
      if (row === undefined) return;
      announced.set(incident.id, { incident, row });
      tools.unsent.add(row.nonce);
    },
    take(incidentId) {
      const news = announced.get(incidentId);
      announced.delete(incidentId);
      return news !== undefined && isFresh(news.row, tools.clock) ? news : null;
    },
  };
}

/** Whether the nonce of a row that is certainly unsent is so young that a post may go out under it. */
export function isFresh({ nonce }: ChatMessage, clock: Clock): boolean {
  const age = clock.now().getTime() - (timeOfNonce(nonce) ?? 0);
  return age >= 0 && age < FRESH_MS;
}
