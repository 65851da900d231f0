/**
 * Milliseconds since the epoch of a PostgreSQL timestamptz text such as `2024-11-15 14:38:00.123456+09`.
 * Only for comparing and for ages: identity is compared as text, because a number loses the microseconds.
 * Returns NaN when the text is not a timestamp.
 */
export function postgresMillis(text: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(text);
  if (match === null) return Number.NaN;
  const zone = match[3] ?? 'Z';
  return Date.parse(`${match[1]}T${match[2]}${zone.length === 3 ? `${zone}:00` : zone}`);
}
