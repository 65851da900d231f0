import { type Client, DatabaseError } from 'pg';
import type { ExplainableStatement, PlanAnswer, RelationSize } from '../../../ports/gate.ts';
import { codeOf, isServerError } from '../errors.ts';

const NAME = 'firebreak_gate';

/**
 * One statement by the extended protocol, which takes no second one in the same text: with the simple protocol what
 * follows a semicolon is executed.
 */
export async function extended(
  client: Client,
  text: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const query = { text, values: [...values], queryMode: 'extended' };
  return (await client.query<Record<string, unknown>>(query)).rows;
}

/**
 * The plan of a statement. The options stand in parentheses: after them the grammar takes no ANALYZE. A text with
 * placeholders is prepared and planned for any values; the session plans everything so.
 */
export async function explain(
  client: Client,
  { text, parameters }: Pick<ExplainableStatement, 'text' | 'parameters'>,
): Promise<unknown> {
  if (parameters === 0) return planOf(await extended(client, `EXPLAIN (FORMAT JSON, VERBOSE) ${text}`));
  await extended(client, `PREPARE ${NAME} AS ${text}`);
  try {
    const nulls = Array.from({ length: parameters }, () => 'NULL').join(', ');
    return planOf(await extended(client, `EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE ${NAME}(${nulls})`));
  } finally {
    await extended(client, `DEALLOCATE ${NAME}`);
  }
}

function planOf(rows: readonly Record<string, unknown>[]): unknown {
  return rows[0]?.['QUERY PLAN'];
}

/** The plan with the sizes of its tables, or why there is none. Throws when the connection is lost. */
export async function planStatement(client: Client, statement: ExplainableStatement): Promise<PlanAnswer> {
  try {
    const borrowed = await definerFunction(client, statement.functions);
    if (borrowed !== null)
      return {
        status: 'refused',
        why: `it calls ${borrowed}, which can run while the plan is made, with the rights of its owner (SECURITY DEFINER)`,
      };
    const plan = await explain(client, statement);
    return { status: 'planned', plan, relations: await relationsOf(client, plan) };
  } catch (error) {
    if (isServerError(error)) return { status: 'refused', why: refusalWords(error) };
    throw error;
  }
}

/** A function of the statement that is not volatile, and so may run while planning, and borrows the rights of its owner. */
async function definerFunction(client: Client, functions: readonly string[]): Promise<string | null> {
  if (functions.length === 0) return null;
  const rows = await extended(
    client,
    `select p.oid::pg_catalog.regproc::text as name from pg_catalog.pg_proc p
     where p.prosecdef and p.provolatile <> 'v' and pg_catalog.lower(p.proname) = any($1::text[]) limit 1`,
    [functions],
  );
  return rows.length === 0 ? null : String(rows[0]?.name);
}

/** Sizes by the statistics: nothing is locked and nothing counted. */
async function relationsOf(client: Client, plan: unknown): Promise<RelationSize[]> {
  const rows = await extended(
    client,
    `select n.nspname || '.' || c.relname as name, c.reltuples::float8 as rows,
       c.relpages::float8 * pg_catalog.current_setting('block_size')::int as bytes
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm', 'p') and n.nspname || '.' || c.relname = any($1::text[])`,
    [[...tablesIn(plan)]],
  );
  return rows.map(({ name, rows: tuples, bytes }) => ({
    table: String(name),
    rows: Number(tuples) < 0 ? null : Number(tuples),
    bytes: Number(bytes),
  }));
}

function tablesIn(plan: unknown): Set<string> {
  const found = new Set<string>();
  const open = [plan];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) open.push(...next);
    else if (typeof next === 'object' && next !== null) {
      const { Schema: schema, 'Relation Name': name } = next as Record<string, unknown>;
      if (typeof schema === 'string' && typeof name === 'string') found.add(`${schema}.${name}`);
      open.push(...Object.values(next));
    }
  }
  return found;
}

/** Why the server made no plan. Its own words can hold values of the statement; those of these codes name objects only. */
function refusalWords(error: unknown): string {
  const state = codeOf(error);
  const said = error instanceof DatabaseError ? error.message : '';
  const words = bySqlState[state];
  if (words !== undefined) return words(said);
  return `the server made no plan for it (SQLSTATE ${state})`;
}

const bySqlState: Readonly<Record<string, (said: string) => string>> = {
  '42501': (said) =>
    `the gate's role gets "${said}"; it reads with pg_read_all_data, and a statement that writes needs the grant of what it does`,
  '57014': () =>
    'its plan took longer than a second, so that a function in it probably runs while planning, or the server is overloaded',
  '55P03': () => 'a table of it is locked, such as by a schema change that runs now; ask again',
  '42P01': (said) => `${said}; the search_path of the gate's role may differ from that of the job`,
  '42703': (said) => said,
  '42883': (said) => said,
  '3F000': (said) => said,
  '42P18': () => 'the type of a placeholder cannot be told; write a cast, such as $1::date',
  '0A000': () =>
    'the server does not plan it; a function of it that runs while planning may try to write, which is not allowed',
  '25006': () => 'it writes in a way that a read-only session does not allow even as a plan',
};
