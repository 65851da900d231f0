import { z } from 'zod';
import {
  createPublicationText,
  createSlotText,
  type PublishedTable,
} from '../../../domain/change-capture.ts';
import { FirebreakError } from '../../../domain/errors.ts';
import { formatBytes, formatCount, shorten } from '../../../domain/format.ts';
import type { Command } from '../../../domain/plan.ts';
import { ident } from '../../../domain/sql-name.ts';
import type { CapturableTable, CaptureReadout } from '../../../ports/remedies.ts';
import { draftOf, type Excluded } from '../../parts.ts';
import type { Draft, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  publication: z.string().min(1).max(63).default('analytics').describe('Name of the publication'),
  slot: z
    .string()
    .regex(/^[a-z0-9_]{1,63}$/)
    .default('analytics')
    .describe('Name of the slot: lower case letters, digits and underscores'),
  tables: z
    .array(z.string().min(1))
    .max(100)
    .default([])
    .describe(
      'Tables (schema.table) to publish; none for those of the owner who has most, to be chosen from',
    ),
});
export type Params = z.output<typeof Params>;
type Ctx = StepContext<'databases'>;
type Targets = Draft<PublishedTable>['targets'];

/** Looks what is there and what is missing, and proposes tables of one owner. */
export async function planCapture(ctx: Ctx, params: Params): Promise<Draft<PublishedTable>> {
  const now = await ctx.ports.databases.captureReadout(ctx.incident.database, params, ctx.signal);
  const obstacle = obstacleOf(now, params);
  const owner = mainOwner(now.tables);
  const targets: Targets = [];
  const excluded: Excluded = [];
  for (const table of now.tables) {
    const reason = whyLeft(table, owner);
    if (reason !== null) excluded.push({ label: `${table.schema}.${table.table}`, reason });
    else targets.push(targetOf(table));
  }
  const chosen = obstacle === null ? targets : [];
  const lines = chosen.length === 0 ? [] : bothSides(chosen, params, now);
  const grants = owner === null ? [] : (now.grants[owner] ?? []);
  if (chosen.length > 0 && grants.length > 0) throw notAllowed(lines, grants);
  const bytes = chosen.reduce(
    (sum, { id }) => sum + (now.tables.find((one) => idOf(one) === id)?.bytes ?? 0),
    0,
  );
  return draftOf({
    summary:
      chosen.length === 0
        ? 'Publish tables for an analytics database.'
        : `Publish ${formatCount(chosen.length, 'table')} (${formatBytes(bytes)}) as ${params.publication}, and make the slot ${params.slot}.`,
    impact:
      'Applications notice nothing. From now on the primary keeps its log until the analytics database has read it, and one process decodes it.',
    undo: 'A later step drops the slot and the publication, when the subscription is gone.',
    wontSolve: [
      'Reports run on the primary until somebody sends them to the analytics database.',
      'Changes of the schema are not sent: make them on both sides, on the subscriber first.',
      'Sequences and large objects are not sent either.',
    ],
    warnings:
      chosen.length === 0
        ? []
        : [
            `The slot keeps the log from the moment it is made, at most ${formatBytes(now.keepBytes ?? 0)} (max_slot_wal_keep_size). Subscribe at once, or take it back. The audit slot-retention is red until somebody reads it.`,
            'Making the slot waits for every transaction that is open now.',
          ],
    targets: chosen,
    excluded,
    commands: lines,
    nothingToDo: chosen.length > 0 ? null : (obstacle ?? 'There is no table that could be published.'),
  });
}

/** Why nothing can be captured now, with the line that helps; or null. */
export function obstacleOf(now: CaptureReadout, { publication, slot }: Params): string | null {
  if (now.inRecovery) return 'The server that answers as the primary is a standby.';
  if (now.publication !== null)
    return `A publication ${publication} exists already, of ${now.publication.tables.join(', ') || 'no table'}.`;
  if (now.slot !== null) return `A slot ${slot} exists already.`;
  if (now.walLevel !== 'logical')
    return `wal_level is ${now.walLevel}. It needs a restart of the primary, which Firebreak does not do. As a superuser: ALTER SYSTEM SET wal_level = 'logical'; Then restart the server at a quiet time, and run this step again.`;
  if (now.keepBytes === null)
    return `Nothing limits what slots keep: one dead subscriber would fill the disk of the primary. As a superuser: ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf(); with what the disk can spare. Then run this step again.`;
  if (now.slots.used >= now.slots.most)
    return `All ${now.slots.most} replication slots are used (max_replication_slots; more need a restart).`;
  // The first copy of each table needs a slot and a sender for its moment.
  return now.senders.used >= now.senders.most
    ? `All ${now.senders.most} walsenders are used (max_wal_senders; more need a restart).`
    : null;
}

/** A publication belongs to one owner, who owns its tables. */
function mainOwner(tables: readonly CapturableTable[]): string | null {
  const byOwner = [...Map.groupBy(tables, ({ owner }) => owner)];
  return byOwner.sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? null;
}

function whyLeft(
  { publishable, identity, owner, schema, table }: CapturableTable,
  main: string | null,
): string | null {
  if (!publishable) return 'It is temporary or not logged; its changes are in no log.';
  if (owner !== main)
    return `It belongs to ${owner}, and a publication to one owner (${main}). Make one of its own.`;
  return identity === null
    ? `Nothing tells its rows apart: UPDATE and DELETE would fail. Give it a primary key, or: ALTER TABLE ${ident(schema)}.${ident(table)} REPLICA IDENTITY FULL;`
    : null;
}

const idOf = ({ schema, table }: Pick<PublishedTable, 'schema' | 'table'>) => `${schema}.${table}`;

function targetOf({
  schema,
  table,
  oid,
  owner,
  serverStart,
  rows,
  bytes,
  identity,
}: CapturableTable): Targets[number] {
  return {
    id: idOf({ schema, table }),
    label: shorten(`${schema}.${table}`, 75),
    why: `Its rows are told apart by ${identity === 'whole row' ? 'the whole row, which costs log' : `its ${identity}`}.`,
    owner: null,
    facts: [
      { name: 'Rows', value: rows === null ? 'unknown' : String(Math.round(rows)) },
      { name: 'Size', value: formatBytes(bytes) },
    ],
    sql: null,
    selected: true,
    identity: { schema, table, oid, owner, serverStart },
  };
}

/** The statements for the primary, which Firebreak runs, and for the analytics database, which a person runs. */
function bothSides(targets: Targets, { publication, slot }: Params, { database }: CaptureReadout): Command[] {
  const tables = targets.map(({ identity }) => identity);
  const names = tables.map(({ schema, table }) => `-t '"${schema}"."${table}"'`).join(' ');
  return [
    {
      label: `on the primary, as ${tables[0]?.owner ?? 'the owner'}, for the tables that you choose`,
      language: 'sql',
      text: `${createPublicationText({ publication, tables })};`,
    },
    { label: 'on the primary, then', language: 'sql', text: `${createSlotText(slot)};` },
    {
      label: 'afterwards, by a person: the same tables, empty, on the analytics database',
      language: 'text',
      text: `pg_dump --schema-only --no-owner --no-privileges ${names} -d ${database} | psql -d <analytics database>`,
    },
    {
      label: 'there: subscribe; the role has REPLICATION, and SELECT on the tables for the first copy',
      language: 'sql',
      text: `CREATE SUBSCRIPTION ${ident(slot)} CONNECTION 'host=<primary> dbname=${database} user=<role>' PUBLICATION ${ident(publication)}\n  WITH (create_slot = false, slot_name = '${slot}');`,
    },
  ];
}

function notAllowed(lines: Command[], grants: readonly string[]): FirebreakError {
  return new FirebreakError(
    'database-permission',
    'Firebreak’s role may not publish these tables or make a slot.',
    {
      hint: 'Run the lines below by hand, or let Firebreak do it with the grants and try again; or skip this step.',
      situation: {
        known: [],
        unknown: [],
        done: ['Nothing was changed.'],
        next: [
          ...lines,
          ...grants.map(
            (text): Command => ({
              label: 'so that Firebreak may do it next time, as a superuser',
              language: 'sql',
              text,
            }),
          ),
        ],
      },
    },
  );
}
