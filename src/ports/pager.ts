/** What somebody is woken up for. */
export interface Page {
  /** Names this page for good: sent again, it is the same page and wakes nobody twice. At most 255 characters. */
  readonly dedupeKey: string;
  readonly incidentId: string;
  readonly database: string;
  /** One sentence: what is waited for. */
  readonly summary: string;
  /** Where to answer; null while there is no link. */
  readonly link: string | null;
}

/** A page that was taken. */
export interface Paged {
  /** How the alerting system calls it; to find it there. */
  readonly reference: string;
}

/**
 * Wakes somebody through an alerting system, by the names under which the configuration knows them. Every call may be
 * repeated: the dedupe key makes it one. Throws `pager-unreachable` or `pager-error`.
 */
export interface Pager {
  /** The configured names. */
  pagers(): readonly string[];
  page(pager: string, page: Page, signal: AbortSignal): Promise<Paged>;
  /** Somebody is on it: stops the escalation where the system has a word for that, and does nothing where not. */
  acknowledge(pager: string, dedupeKey: string, signal: AbortSignal): Promise<void>;
  /** It is over; also for a page that never arrived. */
  resolve(pager: string, dedupeKey: string, signal: AbortSignal): Promise<void>;
}
