import { z } from 'zod';
import { ident } from './sql-name.ts';

/** A b-tree index as it would be built; every name as PostgreSQL stores it, unquoted. */
export const IndexSpec = z.object({
  schema: z.string(),
  table: z.string(),
  /** Names the table for ever, whatever it is called. */
  tableOid: z.int(),
  /** Owner of the table, as whom it is built. */
  owner: z.string(),
  name: z.string(),
  columns: z.array(z.string()).min(1),
  /** When the server that it was planned on was started. */
  serverStart: z.string(),
});
export type IndexSpec = z.infer<typeof IndexSpec>;

/** An index that is there. */
export const ExistingIndex = z.object({
  oid: z.int(),
  schema: z.string(),
  name: z.string(),
  /** Columns in order; an expression is null. */
  columns: z.array(z.string().nullable()),
  valid: z.boolean(),
  unique: z.boolean(),
  partial: z.boolean(),
  bytes: z.number(),
});
export type ExistingIndex = z.infer<typeof ExistingIndex>;

/** An index to be dropped, known for ever by its number. */
export const IndexToDrop = z.object({
  oid: z.int(),
  schema: z.string(),
  name: z.string(),
  /** `schema.table`, quoted where SQL needs it. */
  table: z.string(),
  owner: z.string(),
  serverStart: z.string(),
  /** `CREATE INDEX …` as PostgreSQL tells it. */
  definition: z.string(),
});
export type IndexToDrop = z.infer<typeof IndexToDrop>;

/** Characters of a name that PostgreSQL keeps. */
const NAME_LIMIT = 63;

/** A name in the manner of PostgreSQL itself, such as `orders_customer_id_idx`. */
export function indexName(table: string, columns: readonly string[]): string {
  const suffix = '_idx';
  const stem = [table, ...columns].join('_');
  let kept = stem.slice(0, NAME_LIMIT - suffix.length);
  while (Buffer.byteLength(kept) > NAME_LIMIT - suffix.length) kept = kept.slice(0, -1);
  return `${kept}${suffix}`;
}

/** The statement that builds it, without blocking writes. */
export function createIndexText({ schema, table, name, columns }: IndexSpec): string {
  return `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${ident(name)} ON ${ident(schema)}.${ident(table)} (${columns.map(ident).join(', ')})`;
}

/** The statement that drops it, without blocking writes. */
export function dropIndexText({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `DROP INDEX CONCURRENTLY IF EXISTS ${ident(schema)}.${ident(name)}`;
}
