import { randomHex } from '../ids.ts';

/** How long a trigger_id may be used, in milliseconds. Source: docs.slack.dev/interactivity/handling-user-interaction. */
const LIFETIME_MS = 3000;

/** Who acted, and in which modal if it was one. */
export interface TriggerSource {
  userId: string;
  viewId?: string;
}

/** What comes of using a trigger_id. */
export type TriggerUse =
  | { ok: true; source: TriggerSource }
  | { ok: false; error: 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id' };

interface Issued {
  source: TriggerSource;
  at: number;
  used: boolean;
}

/** Hands out trigger_ids and takes each back at most once, within three seconds. */
export class TriggerIds {
  readonly #issued = new Map<string, Issued>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A fresh trigger_id for what a user did. */
  issue(source: TriggerSource): string {
    const id = `${this.#now()}.${this.#issued.size + 1}.${randomHex(16)}`;
    this.#issued.set(id, { source, at: this.#now(), used: false });
    return id;
  }

  /** Takes a trigger_id back. */
  use(id: string | undefined): TriggerUse {
    const issued = id === undefined ? undefined : this.#issued.get(id);
    if (issued === undefined) return { ok: false, error: 'invalid_trigger_id' };
    if (issued.used) return { ok: false, error: 'exchanged_trigger_id' };
    if (this.#now() - issued.at > LIFETIME_MS) return { ok: false, error: 'expired_trigger_id' };
    issued.used = true;
    return { ok: true, source: issued.source };
  }
}
