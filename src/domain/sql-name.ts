/** A name as SQL spells it. */
export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
