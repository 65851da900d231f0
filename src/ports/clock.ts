/** Time, injected so that tests decide it. */
export interface Clock {
  now(): Date;
  /** Resolves after this many milliseconds; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
