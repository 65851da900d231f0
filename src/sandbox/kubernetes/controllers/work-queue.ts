/** How often the queue looks for due keys, in milliseconds of real time. */
const POLL_MS = 40;
/** How long after a change a controller acts; a real one takes 100 to 300 ms (notes §5). */
const REACTION_MS = 60;
/** How long after an unexpected error a key is tried again, in milliseconds. */
const FAILED_RETRY_MS = 1000;

/**
 * Calls a controller for each key that is due, one at a time and never twice for one due time. Due times are read on
 * the sandbox's clock, so an injected clock drives back-offs and schedules too.
 */
export class WorkQueue {
  readonly #due = new Map<string, number>();
  readonly #now: () => Date;
  readonly #sync: (key: string) => void;
  readonly #timer: NodeJS.Timeout;

  constructor(now: () => Date, sync: (key: string) => void) {
    this.#now = now;
    this.#sync = sync;
    this.#timer = setInterval(() => this.#run(), POLL_MS);
  }

  /** Asks for a sync soon after now, or after a delay in milliseconds; the earliest request wins. */
  add(key: string, afterMs = REACTION_MS): void {
    const due = this.#now().getTime() + Math.max(0, afterMs);
    this.#due.set(key, Math.min(due, this.#due.get(key) ?? due));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #run(): void {
    const now = this.#now().getTime();
    const ready = [...this.#due].filter(([, due]) => due <= now);
    for (const [key] of ready) {
      this.#due.delete(key);
      this.#try(key);
    }
  }

  /** A failing sync is told as a process warning and tried again; it never ends the sandbox's host. */
  #try(key: string): void {
    try {
      this.#sync(key);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
      this.add(key, FAILED_RETRY_MS);
    }
  }
}
