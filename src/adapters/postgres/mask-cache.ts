import { maskSql } from './mask.ts';

/** Enough for several snapshots of 50 sessions; at most 4000 characters each. */
const MOST_TEXTS = 500;
const masked = new Map<string, string>();

/**
 * Masks a query text as `maskSql`, remembering the most recent ones: the same texts come with every snapshot, and
 * parsing one takes a millisecond, much more on a busy machine.
 */
export function maskSqlCached(text: string, cut: boolean): string {
  const key = `${cut ? 'cut' : 'whole'} ${text}`;
  const known = masked.get(key);
  const result = known ?? maskSql(text, cut);
  masked.delete(key);
  masked.set(key, result);
  const oldest = masked.size > MOST_TEXTS ? masked.keys().next().value : undefined;
  if (oldest !== undefined) masked.delete(oldest);
  return result;
}
