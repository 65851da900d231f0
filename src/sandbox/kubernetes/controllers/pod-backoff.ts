import type { Job } from '../workloads.ts';

/** The longest delay between retries of a failed pod, in milliseconds. */
const LONGEST_BACKOFF_MS = 360_000;

/** Remembers until when each Job waits before it replaces a failed pod. */
export class PodBackoff {
  readonly #firstMs: number;
  readonly #waits = new Map<string, { failures: number; untilMs: number }>();

  constructor(firstMs: number) {
    this.#firstMs = firstMs;
  }

  failed(job: Job, count: number, now: Date): void {
    const failures = (this.#waits.get(job.metadata.uid)?.failures ?? 0) + count;
    const delayMs = Math.min(LONGEST_BACKOFF_MS, this.#firstMs * 2 ** (failures - 1));
    this.#waits.set(job.metadata.uid, { failures, untilMs: now.getTime() + delayMs });
  }

  succeeded(job: Job): void {
    this.#waits.delete(job.metadata.uid);
  }

  forget(uid: string): void {
    this.#waits.delete(uid);
  }

  /** The rest of the wait, in milliseconds; 0 when there is none. */
  remainingMs(job: Job, now: Date): number {
    return Math.max(0, (this.#waits.get(job.metadata.uid)?.untilMs ?? 0) - now.getTime());
  }
}
