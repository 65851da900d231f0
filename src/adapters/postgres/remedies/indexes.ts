import type { Client } from 'pg';
import { actAsGrant } from '../../../domain/act-as.ts';
import {
  createIndexText,
  dropIndexText,
  type IndexSpec,
  type IndexToDrop,
} from '../../../domain/index-build.ts';
import { ident } from '../../../domain/sql-name.ts';
import type { DroppableIndex, IndexSite, Remedied } from '../../../ports/remedies.ts';
import { relationIdentitySql } from '../sql/indexes.ts';

/** The row of the statement that reads a table. */
export type SiteRow = Omit<IndexSite, 'serverStart' | 'allowed' | 'grant'> & {
  started: string;
  version: number;
  may_act: boolean;
  owner_may: boolean;
};

export function toSite({ started, version, may_act, owner_may, ...row }: SiteRow, own: string): IndexSite {
  const grants = [
    ...(may_act ? [] : [actAsGrant(row.owner, own, version)]),
    ...(owner_may ? [] : [`GRANT CREATE ON SCHEMA ${ident(row.schema)} TO ${ident(row.owner)};`]),
  ];
  return {
    ...row,
    serverStart: started,
    allowed: grants.length === 0,
    grant: grants.length === 0 ? null : grants.join('\n'),
  };
}

/** The row of the statement that reads indexes which may be dropped. */
export type DroppableRow = Omit<DroppableIndex, 'serverStart' | 'allowed' | 'grant' | 'constraint'> & {
  started: string;
  version: number;
  may_act: boolean;
  is_constraint: boolean;
};

export function toDroppable(
  { started, version, may_act: allowed, is_constraint: constraint, ...row }: DroppableRow,
  own: string,
): DroppableIndex {
  const grant = allowed ? null : actAsGrant(row.owner, own, version);
  return { ...row, serverStart: started, constraint, allowed, grant };
}

/** Builds the index, if server and table are still those of the plan. Neither can be part of the statement itself. */
export async function build(client: Client, spec: IndexSpec): Promise<Remedied> {
  const differs = await difference(
    client,
    { oid: spec.tableOid, schema: spec.schema, name: spec.table },
    spec,
  );
  if (differs !== null) return differs;
  await client.query(createIndexText(spec));
  return 'done';
}

/** Drops the index, if it is still the one of the plan. */
export async function drop(client: Client, index: IndexToDrop): Promise<Remedied> {
  const differs = await difference(client, index, index);
  if (differs !== null) return differs;
  await client.query(dropIndexText(index));
  return 'done';
}

async function difference(
  client: Client,
  { oid, schema, name }: { readonly oid: number; readonly schema: string; readonly name: string },
  { serverStart }: { readonly serverStart: string },
): Promise<Remedied | null> {
  const { rows } = await client.query<{ started: string; same: boolean }>(relationIdentitySql, [
    oid,
    schema,
    name,
  ]);
  if (rows[0]?.started !== serverStart) return 'server-changed';
  return rows[0].same ? null : 'thing-changed';
}
