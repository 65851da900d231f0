import type { Client } from 'pg';
import { z } from 'zod';
import { actAsGrant } from '../../../domain/act-as.ts';
import {
  type Capture,
  createPublicationText,
  createSlotText,
  dropPublicationText,
  dropSlotText,
  PublishedTable,
} from '../../../domain/change-capture.ts';
import { ident } from '../../../domain/sql-name.ts';
import type { CaptureReadout, Remedied } from '../../../ports/remedies.ts';
import { isOtherServer } from './query-statistics.ts';

const Amount = z.object({ most: z.int(), used: z.int() });
const Row = z.object({
  serverStart: z.string(),
  database: z.string(),
  inRecovery: z.boolean(),
  versionNumber: z.int(),
  walLevel: z.string(),
  slots: Amount,
  senders: Amount,
  keepBytes: z.number().nullable(),
  publication: z.object({ owner: z.string(), tables: z.array(z.string()) }).nullable(),
  slot: z
    .object({
      plugin: z.string().nullable(),
      database: z.string().nullable(),
      active: z.boolean(),
      walStatus: z.string().nullable(),
      retainedBytes: z.number().nullable(),
    })
    .nullable(),
  tables: z.array(
    PublishedTable.extend({
      rows: z.number().nullable(),
      bytes: z.number(),
      identity: z.enum(['primary key', 'index', 'whole row']).nullable(),
      publishable: z.boolean(),
    }),
  ),
  owners: z.array(z.object({ owner: z.string(), mayAct: z.boolean(), mayCreate: z.boolean() })),
  mayReplicate: z.boolean(),
});

/** The readout, with what the own role lacks for the tables of each owner. */
export function toCaptureReadout(raw: unknown, own: string): CaptureReadout {
  const { owners, mayReplicate, versionNumber, ...row } = Row.parse(raw);
  const grants = owners.map(({ owner, mayAct, mayCreate }): [string, string[]] => [
    owner,
    [
      ...(mayAct ? [] : [actAsGrant(owner, own, versionNumber)]),
      ...(mayCreate ? [] : [`GRANT CREATE ON DATABASE ${ident(row.database)} TO ${ident(owner)};`]),
      ...(mayReplicate
        ? []
        : [
            `-- a role with REPLICATION can copy the whole cluster; rather run the lines above\nALTER ROLE ${ident(own)} REPLICATION;`,
          ]),
    ],
  ]);
  return { ...row, grants: Object.fromEntries(grants) };
}

const SAME_TABLES = `SELECT count(*)::int AS same FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN unnest($1::int8[], $2::text[], $3::text[]) w(oid, schema, name) ON w.oid = c.oid::int8 AND w.schema = n.nspname AND w.name = c.relname`;

/** Publishes the tables, if they are still those of the plan. */
export async function createPublication(client: Client, capture: Capture): Promise<Remedied> {
  const { tables } = capture;
  if (await isOtherServer(client, tables[0]?.serverStart ?? '')) return 'server-changed';
  const { rows } = await client.query<{ same: number }>(SAME_TABLES, [
    tables.map(({ oid }) => oid),
    tables.map(({ schema }) => schema),
    tables.map(({ table }) => table),
  ]);
  if (rows[0]?.same !== tables.length) return 'thing-changed';
  await client.query(createPublicationText(capture));
  return 'done';
}

export async function createSlot(client: Client, slot: string, serverStart: string): Promise<Remedied> {
  if (await isOtherServer(client, serverStart)) return 'server-changed';
  await client.query(createSlotText(slot));
  return 'done';
}

export async function dropPublication(
  client: Client,
  { name, serverStart }: { readonly name: string; readonly serverStart: string },
): Promise<Remedied> {
  if (await isOtherServer(client, serverStart)) return 'server-changed';
  await client.query(dropPublicationText(name));
  return 'done';
}

/** PostgreSQL itself refuses to drop a slot that somebody reads (55006). */
export async function dropSlot(client: Client, slot: string, serverStart: string): Promise<Remedied> {
  if (await isOtherServer(client, serverStart)) return 'server-changed';
  await client.query(dropSlotText(slot));
  return 'done';
}
