import pg from 'pg';

/** One statement that keeps a CPU busy for minutes with a small table; only a cancel or a terminate ends it early. */
export function burn(table: string): string {
  return `select count(*), sum(amount), max(md5(note || n)) from ${pg.escapeIdentifier(table)} cross join generate_series(1, 1000000) n`;
}
