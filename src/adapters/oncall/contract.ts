import type { Clock } from '../../ports/clock.ts';
import type { OnCallPerson } from '../../ports/on-call.ts';
import type { Page, Paged } from '../../ports/pager.ts';
import type { Send } from './send.ts';

/** What an adapter works with. */
export interface Tools {
  readonly send: Send;
  readonly clock: Pick<Clock, 'now'>;
}

/** One configured source. */
export interface OnCallSource {
  now(signal: AbortSignal): Promise<readonly OnCallPerson[]>;
}

/** One configured way to page. */
export interface PagerService {
  page(page: Page, signal: AbortSignal): Promise<Paged>;
  /** Null where the system has no word for it. */
  readonly acknowledge: ((dedupeKey: string, signal: AbortSignal) => Promise<void>) | null;
  resolve(dedupeKey: string, signal: AbortSignal): Promise<void>;
}
