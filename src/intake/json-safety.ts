/** Levels of nesting that an alert may have. */
const MOST_DEPTH = 12;

/** Says why a JSON value cannot be stored (too deep, or text that PostgreSQL cannot hold), or null. */
export function unsafeJson(value: unknown, depth = 0): string | null {
  if (typeof value === 'string') {
    return value.includes('\0') || !value.isWellFormed()
      ? 'A text holds a character that is not valid Unicode.'
      : null;
  }
  if (value === null || typeof value !== 'object') return null;
  if (depth >= MOST_DEPTH) return `The body is nested more than ${MOST_DEPTH} levels deep.`;
  for (const [key, item] of Object.entries(value)) {
    const problem = unsafeJson(key, depth) ?? unsafeJson(item, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}
