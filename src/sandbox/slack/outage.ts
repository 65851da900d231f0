import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { sendJson } from './http-io.ts';

/** A Slack that is away altogether; only the control API goes on. */
export const outageKind = z.strictObject({
  /** How requests end: the connection breaks, nothing ever comes, or a server error. */
  kind: z.enum(['drop', 'hang', 'error']),
  /** Whether Socket Mode is away too. */
  sockets: z.boolean().default(true),
});
export type OutageKind = z.infer<typeof outageKind>;

/** Whether Slack is away now, and what that does to requests. */
export class Outage {
  #now: OutageKind | null = null;
  #requests = 0;
  readonly #held = new Set<ServerResponse>();

  begin(kind: OutageKind): void {
    this.#now = kind;
    this.#requests = 0;
  }

  /** Slack is back; what hung is cut. Answers how many requests came in vain. */
  end(): number {
    this.#now = null;
    for (const response of this.#held) response.destroy();
    this.#held.clear();
    return this.#requests;
  }

  get sockets(): boolean {
    return this.#now?.sockets === true;
  }

  /** Whether the request was dealt with, since Slack is away. */
  takes(response: ServerResponse): boolean {
    this.#requests += 1;
    switch (this.#now?.kind) {
      case undefined:
        return false;
      case 'drop':
        response.destroy();
        return true;
      case 'hang':
        this.#held.add(response);
        response.once('close', () => this.#held.delete(response));
        return true;
      case 'error':
        sendJson(response, 503, { ok: false, error: 'service_unavailable' });
        return true;
    }
  }
}
