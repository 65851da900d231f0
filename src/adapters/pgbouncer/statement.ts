import { FirebreakError } from '../../domain/errors.ts';
import type { PoolCommand } from '../../ports/poolers.ts';

/** Lists that are read. FDS shows passwords and is not among them. */
export type Show = 'VERSION' | 'STATE' | 'CONFIG' | 'DATABASES' | 'POOLS' | 'CLIENTS' | 'SERVERS';

/**
 * Everything that can be said to a console. KILL leaves the query running in PostgreSQL and the database paused,
 * PAUSE holds up all new work, SUSPEND and SHUTDOWN stop everybody (measured on 1.18): none of them is here.
 */
export type Statement = { readonly show: Show } | { readonly say: PoolCommand; readonly pool: string | null };

/** The text of a statement. The console takes no parameters: one would end the connection. Throws `pooler-error`. */
export function textOf(statement: Statement): string {
  if ('show' in statement) return `SHOW ${statement.show}`;
  const { say, pool } = statement;
  if (pool === null) return say;
  if (/^[^"\p{Cc}]{1,63}$/u.test(pool)) return `${say} "${pool}"`;
  throw new FirebreakError(
    'pooler-error',
    `PgBouncer has no database that may be called so: ${say} is not sent.`,
    {
      hint: 'Give the database in pgbouncer.ini a name without quotation marks.',
    },
  );
}
