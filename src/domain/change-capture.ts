import { z } from 'zod';
import { ident } from './sql-name.ts';

/** A table to be published, as PostgreSQL stores its names. */
export const PublishedTable = z.object({
  schema: z.string(),
  table: z.string(),
  oid: z.int(),
  owner: z.string(),
  /** When the server that it was planned on was started. */
  serverStart: z.string(),
});
export type PublishedTable = z.infer<typeof PublishedTable>;

/** What feeds an analytics database: a publication of tables, and the slot that its subscriber reads. */
export const Capture = z.object({
  publication: z.string(),
  slot: z.string(),
  tables: z.array(PublishedTable),
});
export type Capture = z.infer<typeof Capture>;

/** The plugin that subscriptions of PostgreSQL read. */
export const CAPTURE_PLUGIN = 'pgoutput';

export function createPublicationText({ publication, tables }: Omit<Capture, 'slot'>): string {
  return `CREATE PUBLICATION ${ident(publication)} FOR TABLE ${tables.map(({ schema, table }) => `${ident(schema)}.${ident(table)}`).join(', ')}`;
}

export function dropPublicationText(publication: string): string {
  return `DROP PUBLICATION IF EXISTS ${ident(publication)}`;
}

/** @param slot lower case letters, digits and underscores, as PostgreSQL demands. */
export function createSlotText(slot: string): string {
  return `SELECT pg_create_logical_replication_slot('${slot}', '${CAPTURE_PLUGIN}')`;
}

export function dropSlotText(slot: string): string {
  return `SELECT pg_drop_replication_slot('${slot}')`;
}
