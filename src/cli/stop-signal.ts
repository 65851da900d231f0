import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One press of Ctrl+C arrives several times: from the terminal, from npm, from the launcher. Milliseconds. */
const SAME_PRESS_MS = 1000;

/**
 * Calls `stop` at the first SIGINT, SIGTERM or SIGHUP; what follows closely is the same wish, and a later signal ends
 * the process at once. Returns what takes the handlers off.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): () => void {
  let firstMs: number | null = null;
  const handle = (signal: NodeJS.Signals): void => {
    const nowMs = performance.now();
    if (firstMs === null) {
      firstMs = nowMs;
      stop(signal);
    } else if (nowMs - firstMs > SAME_PRESS_MS) {
      process.exit(128 + constants.signals[signal]);
    }
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return () => {
    for (const signal of SIGNALS) process.off(signal, handle);
  };
}
