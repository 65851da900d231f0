/** A name as SQL spells it. */
export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The name that a part of SQL spells, quoted or not. */
export function unquoted(name: string): string {
  return /^".*"$/s.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
}
