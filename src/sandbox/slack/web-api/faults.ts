import { z } from 'zod';

/** A fault to inject: which calls it hits, what happens to them, and how many times. */
export const fault = z.strictObject({
  /** A method such as `chat.postMessage`; absent means every method. */
  method: z.string().optional(),
  channel: z.string().optional(),
  /** HTTP status of the answer. */
  status: z.int().min(100).max(599).optional(),
  /** Answer HTTP 200 with this error. */
  error: z.string().optional(),
  /** Milliseconds before anything is done. */
  delayMs: z.number().min(0).max(600_000).optional(),
  /** Milliseconds between what was asked being done and the answer. */
  holdMs: z.number().min(0).max(600_000).optional(),
  /** End the connection without an answer. */
  drop: z.boolean().optional(),
  /** Do what was asked before failing, as when an answer gets lost. */
  afterProcessing: z.boolean().optional(),
  times: z.int().min(1),
  /** Matching calls that pass before the first is hit. */
  skip: z.int().min(0).optional(),
  /** Seconds, for the `Retry-After` header. */
  retryAfter: z.number().min(0).optional(),
});

/** A fault to inject. */
export type Fault = z.infer<typeof fault>;

/** The faults that are still to happen, in the order in which they were asked for. */
export class Faults {
  #pending: Fault[] = [];

  add(added: Fault): void {
    this.#pending.push({ ...added });
  }

  clear(): void {
    this.#pending = [];
  }

  /** The fault that hits this call, if one does; it then counts as happened once. */
  take(method: string, channel: string): Fault | undefined {
    const hit = this.#pending.find(
      (one) =>
        (one.method === undefined || one.method === method) &&
        (one.channel === undefined || one.channel === channel),
    );
    if (hit === undefined) return undefined;
    if ((hit.skip ?? 0) > 0) {
      hit.skip = (hit.skip ?? 0) - 1;
      return undefined;
    }
    hit.times -= 1;
    if (hit.times === 0) this.#pending = this.#pending.filter((one) => one !== hit);
    return hit;
  }
}
