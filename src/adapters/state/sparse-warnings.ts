import type { Logger } from 'pino';

const QUIET_MS = 60_000;

/** Logs each distinct text at most once a minute, with how often it was left out: a database that is down fails every poll. */
export function sparseWarnings(
  logger: Pick<Logger, 'warn'>,
  message: string,
): (fields: { error: string }) => void {
  const seen = new Map<string, { since: number; repeats: number }>();
  return ({ error }) => {
    const now = performance.now();
    const last = seen.get(error);
    if (last && now - last.since < QUIET_MS) {
      last.repeats += 1;
      return;
    }
    if (seen.size > 100) seen.clear();
    seen.set(error, { since: now, repeats: 0 });
    logger.warn({ error, repeats: last?.repeats ?? 0 }, message);
  };
}
