/** A value that a statement can carry. */
export type Parameter = string | number | null | readonly (string | number | null)[];

/** A statement with its values in place of $1 to $99, for people and for sessions that take no parameters. */
export function inlined(sql: string, values: readonly Parameter[]): string {
  return sql.replace(/\$([1-9]\d?)/g, (_, index: string) => literal(values[Number(index) - 1]));
}

/** The same for a walsender, whose grammar wants a word of SQL first: without the comment in front. */
export function forWalsender(sql: string, values: readonly Parameter[]): string {
  return inlined(sql.replace(/^\s*\/\*.*?\*\/\s*/s, ''), values);
}

/** A value as SQL spells it, whatever it contains. */
export function literal(value: Parameter | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string')
    return value.length === 0 ? `'{}'` : `ARRAY[${value.map(literal).join(', ')}]`;
  const quoted = `'${value.replaceAll("'", "''")}'`;
  // With backslashes the E form reads the same whatever standard_conforming_strings says.
  return value.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
