import { randomHex } from '../ids.ts';

/** Source: docs.slack.dev/interactivity/handling-user-interaction, "Message responses". */
const LIFETIME_MS = 30 * 60 * 1000;
const USES = 5;

/** What a response_url answers to: the interaction of one user, and the message it was on, if any. */
export interface ResponseTarget {
  userId: string;
  channelId: string;
  messageTs?: string;
}

/** What comes of calling a response_url. */
export type ResponseUse =
  | { ok: true; target: ResponseTarget }
  | { ok: false; error: 'invalid_url' | 'expired_url' | 'used_url' };

interface Issued {
  target: ResponseTarget;
  at: number;
  left: number;
}

/** Hands out response_urls, each good for five calls within 30 minutes. */
export class ResponseUrls {
  readonly #issued = new Map<string, Issued>();
  readonly #now: () => number;
  readonly #base: () => string;

  constructor(now: () => number, base: () => string) {
    this.#now = now;
    this.#base = base;
  }

  /** A fresh response_url. */
  issue(target: ResponseTarget): string {
    const key = randomHex(12);
    this.#issued.set(key, { target, at: this.#now(), left: USES });
    return `${this.#base()}/response/${key}`;
  }

  /** Uses up one call of the response_url with this key (its last path segment). */
  use(key: string): ResponseUse {
    const issued = this.#issued.get(key);
    if (issued === undefined) return { ok: false, error: 'invalid_url' };
    if (this.#now() - issued.at > LIFETIME_MS) return { ok: false, error: 'expired_url' };
    if (issued.left === 0) return { ok: false, error: 'used_url' };
    issued.left -= 1;
    return { ok: true, target: issued.target };
  }
}
