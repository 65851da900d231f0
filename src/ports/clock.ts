/** Time, injected so that tests decide it. */
export interface Clock {
  now(): Date;
  /**
   * Milliseconds since no particular moment, which only grow: to measure how long something takes, whatever somebody sets
   * the clock to meanwhile.
   */
  steady(): number;
  /** Resolves after this many milliseconds; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
