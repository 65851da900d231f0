import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * From now on a signal that asks to stop ends the process at once while no command heeds it. Everywhere else that is so
 * anyway; the first process of a container, though, does not hear what it does not heed, and would be killed for it later.
 */
export function endUnlessHeeded(): void {
  for (const signal of SIGNALS) {
    const end = (): void => {
      if (process.listenerCount(signal) > 1) return;
      process.off(signal, end);
      process.kill(process.pid, signal);
      process.exit(128 + constants.signals[signal]);
    };
    process.on(signal, end);
  }
}

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
