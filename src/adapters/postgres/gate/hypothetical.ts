import type { Client } from 'pg';
import { ident } from '../../../domain/sql-name.ts';
import type { ExplainableStatement, IndexTrial } from '../../../ports/gate.ts';
import { isServerError } from '../errors.ts';
import { explain, extended } from './explain.ts';

/**
 * Plans a statement once more with an index that exists in this session only, by the extension hypopg
 * (https://hypopg.readthedocs.io). It works on a standby and in a read-only session.
 */
export async function tryIndex(
  client: Client,
  hypopg: string,
  statement: ExplainableStatement,
  { table, columns }: { readonly table: string; readonly columns: readonly string[] },
): Promise<IndexTrial> {
  const call = (name: string) => `${ident(hypopg)}.${name}`;
  try {
    const place = await extended(
      client,
      `select n.nspname, c.relname from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname || '.' || c.relname = $1`,
      [table],
    );
    const name = `${ident(String(place[0]?.nspname))}.${ident(String(place[0]?.relname))}`;
    const create = `CREATE INDEX ON ${name} (${columns.map(ident).join(', ')})`;
    const [made] = await extended(
      client,
      `select indexrelid, indexname from ${call('hypopg_create_index')}($1)`,
      [create],
    );
    const plan = await explain(client, statement);
    if (!mentions(plan, String(made?.indexname))) return { status: 'unused' };
    const [size] = await extended(
      client,
      `select ${call('hypopg_relation_size')}($1::oid)::float8 as bytes`,
      [made?.indexrelid],
    );
    return { status: 'used', plan, bytes: Number(size?.bytes) };
  } catch (error) {
    if (isServerError(error)) return { status: 'unavailable' };
    throw error;
  } finally {
    await extended(client, `select ${call('hypopg_reset')}()`).catch(() => []);
  }
}

function mentions(plan: unknown, index: string): boolean {
  return JSON.stringify(plan).includes(JSON.stringify(index));
}
