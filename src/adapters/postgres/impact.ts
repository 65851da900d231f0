import { Client } from 'pg';
import { FirebreakError } from '../../domain/errors.ts';
import type { ImpactQuestion, Window } from '../../ports/impact.ts';
import type { SecretText } from './config.ts';
import { candidate, endClient } from './connect.ts';
import { codeOf, explainError, isServerError } from './errors.ts';

/** Where a question in SQL is asked: a replica, or a server that the configuration names for it. Never the primary by itself. */
export interface SqlPlace {
  readonly database: string;
  /** Name of the replica, or `impact database`. */
  readonly server: string;
  readonly url: SecretText;
}

const CONNECT_MS = 5_000;
const STATEMENT_MS = 5_000;
/** The server ends a statement first; this is for one that does not answer. */
const ANSWER_MS = 7_000;

/**
 * A question in SQL: one statement that gives one number, with the time of the incident as `$1` and `$2`. A connection of
 * its own, for as long as the answer takes: reads only, with a statement_timeout and a lock_timeout.
 */
export function sqlQuestion(
  place: SqlPlace,
  { name, unit, sql }: { readonly name: string; readonly unit: string; readonly sql: string },
): ImpactQuestion {
  return {
    name,
    unit,
    source: `SQL on ${place.server}`,
    async read(window, signal) {
      signal.throwIfAborted();
      return await ask(place, name, sql, window);
    },
  };
}

async function ask(place: SqlPlace, name: string, sql: string, { from, to }: Window): Promise<number | null> {
  const way = candidate(place.url);
  const client = new Client({
    connectionString: way.url,
    application_name: 'firebreak',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    options: `-c default_transaction_read_only=on -c statement_timeout=${STATEMENT_MS} -c lock_timeout=500 -c jit=off`,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    // With parameters it can be one statement only, and so none that leaves the transaction.
    await client.query('BEGIN READ ONLY');
    const { rows } = await client.query<Record<string, unknown>>(sql, [from, to]);
    return numberOf(rows, place, name);
  } catch (error) {
    const { database, server } = place;
    if (isServerError(error)) throw refusedSql(place, name, codeOf(error));
    throw explainError(error, { database, server, role: way.role, target: way.target, address: way.address });
  } finally {
    await endClient(client);
  }
}

/** Without the server's own words: they can hold values of the rows that were read. */
function refusedSql({ database, server }: SqlPlace, name: string, sqlState: string): FirebreakError {
  const late = sqlState === '57014' || sqlState === '55P03';
  const what = late ? `took longer than ${STATEMENT_MS / 1000} s` : 'was refused';
  return new FirebreakError(
    late ? 'database-timeout' : 'database-error',
    `The SQL of the impact "${name}" ${what} on ${database} (${server}), SQLSTATE ${sqlState}.`,
    {
      hint: 'Run it by hand there as the same role; it may only read, and the role needs SELECT on what it reads.',
    },
  );
}

function numberOf(
  rows: readonly Record<string, unknown>[],
  { database }: SqlPlace,
  name: string,
): number | null {
  const [row] = rows;
  const values = Object.values(row ?? {});
  if (row === undefined || (values.length === 1 && values[0] === null)) return null;
  const value = Number(values[0]);
  if (rows.length === 1 && values.length === 1 && Number.isFinite(value)) return value;
  throw new FirebreakError(
    'database-error',
    `The impact "${name}" of ${database} does not give one number.`,
    {
      hint: 'Let its SQL select one row with one number, such as count(*).',
    },
  );
}
