/** Levels of nesting that a body may have; a stack trace of Sentry with its variables has about twenty. */
const MOST_DEPTH = 40;

/** Says why a JSON value is not read any further, or null. */
export function tooDeep(value: unknown, depth = 0): string | null {
  if (value === null || typeof value !== 'object') return null;
  if (depth >= MOST_DEPTH) return `The body is nested more than ${MOST_DEPTH} levels deep.`;
  return Object.values(value).some((item) => tooDeep(item, depth + 1) !== null)
    ? `The body is nested more than ${MOST_DEPTH} levels deep.`
    : null;
}

/** Says why a JSON value cannot be stored (text that PostgreSQL cannot hold), or null. */
export function unstorable(value: unknown): string | null {
  if (typeof value === 'string') {
    return value.includes('\0') || !value.isWellFormed()
      ? 'A text holds a character that is not valid Unicode.'
      : null;
  }
  if (value === null || typeof value !== 'object') return null;
  for (const [key, item] of Object.entries(value)) {
    const problem = unstorable(key) ?? unstorable(item);
    if (problem !== null) return problem;
  }
  return null;
}
