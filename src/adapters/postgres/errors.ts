import { tlsHint } from '../../domain/connection-url.ts';
import { type ErrorCode, errorCodeOf, FirebreakError, isFirebreakError } from '../../domain/errors.ts';
import type { Command } from '../../domain/plan.ts';
import { ident } from '../../domain/sql-name.ts';

/** Whom and what a failed statement was about, for the words of the error. */
export interface Where {
  /** Database name from the configuration. */
  readonly database: string;
  /** `primary` or the name of a replica. */
  readonly server: string;
  /** The PostgreSQL role that Firebreak logs in as. */
  readonly role: string;
  /** Database that the session is connected to, as PostgreSQL names it. */
  readonly target: string;
  /** `-h host -p port`. */
  readonly address: string;
}

type Rule = {
  code: ErrorCode;
  what: string;
  hint: (where: Where) => string;
  next?: (where: Where) => Command[];
  retryable: boolean;
};

const sql = (label: string, text: string): Command => ({ label, language: 'sql', text });
const shell = (label: string, text: string): Command => ({ label, language: 'text', text });

const unreachable: Rule = {
  code: 'database-unreachable',
  what: 'cannot be reached',
  hint: () =>
    'Check that the server runs, and its host, port, TLS settings and network policies, from where Firebreak runs.',
  next: ({ address }) => [
    shell('does it answer at all, asked from where Firebreak runs', `pg_isready ${address}`),
    shell(
      'does its pod run, if it has one',
      'kubectl get pods -A -o wide | grep -i -E "postgres|pg|<its name>"',
    ),
  ],
  retryable: true,
};
const timeout: Rule = {
  code: 'database-timeout',
  what: 'did not answer in time',
  hint: () => 'The server is saturated or frozen. Try again; if it stays so, look at its host.',
  retryable: true,
};
/** The ladder of ways in, from what needs nobody to what needs a superuser; measured on 14 to 18. */
const full: Rule = {
  code: 'database-full',
  what: 'has no connection slot left for Firebreak',
  hint: () =>
    'Firebreak tries again twice a second and is in as soon as one slot is free. Free one by hand as below: a superuser gets in, slots are kept for them. Do not raise max_connections, do not restart.',
  next: ({ role, target }) => [
    shell(
      'become superuser on the host or pod of the database',
      'kubectl -n <database namespace> exec -it <primary pod> -- psql -U postgres',
    ),
    sql(
      'there: who holds the slots',
      `SELECT usename, application_name, client_addr, state, count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC LIMIT 10;`,
    ),
    sql(
      'there: free one slot, the one that has been idle longest',
      `SELECT pg_terminate_backend(pid), usename, application_name FROM (
  SELECT pid, usename, application_name FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND state = 'idle' ORDER BY state_change LIMIT 1) s;`,
    ),
    sql(
      'there, so that it does not happen again: keep slots for Firebreak (PostgreSQL 16: reserved_connections needs a restart later; before 16 the second line, without one)',
      `ALTER SYSTEM SET reserved_connections = 3; GRANT pg_use_reserved_connections TO ${ident(role)};
ALTER DATABASE ${ident(target)} CONNECTION LIMIT <max_connections - 6>;`,
    ),
  ],
  retryable: true,
};
const roleFull: Rule = {
  ...full,
  what: 'lets the role of Firebreak have no further connection',
  hint: ({ role }) =>
    `The role has a limit of its own, and something else uses it up: run ALTER ROLE ${ident(role)} CONNECTION LIMIT 6; as a superuser, and give nobody else this role. Firebreak tries again twice a second.`,
  next: ({ role }) => [
    sql(
      'who else uses the role',
      `SELECT pid, application_name, client_addr, state FROM pg_stat_activity WHERE usename = '${role.replaceAll("'", "''")}';`,
    ),
  ],
};
const permission: Rule = {
  code: 'database-permission',
  what: 'refused a permission',
  hint: ({ role }) => `Run GRANT pg_monitor, pg_signal_backend TO ${ident(role)}; as a superuser.`,
  retryable: false,
};
const login: Rule = {
  code: 'database-permission',
  what: 'refused the login',
  hint: ({ role, target }) =>
    `Check the password and pg_hba.conf, and that grants.sql was run, which makes the role; it has GRANT CONNECT ON DATABASE ${ident(target)} TO ${ident(role)}; too.`,
  retryable: false,
};
const noDatabase: Rule = {
  code: 'database-error',
  what: 'has no such database',
  hint: ({ target }) =>
    `Correct the URL in the configuration: there is no database ${ident(target)} on this server.`,
  retryable: false,
};
const tooOld: Rule = {
  code: 'database-error',
  what: 'lacks a view or column that Firebreak reads',
  hint: () => 'Firebreak needs PostgreSQL 14 or newer.',
  retryable: false,
};
const other: Rule = {
  code: 'database-error',
  what: 'refused a statement',
  hint: () => 'Look up the SQLSTATE in the PostgreSQL manual, and at the log of the server.',
  retryable: false,
};

const bySqlState: Record<string, Rule> = {
  '53300': full,
  '28P01': login,
  '28000': login,
  '42501': permission,
  '57014': timeout,
  '55P03': timeout,
  '57P01': unreachable,
  '57P02': unreachable,
  '57P03': unreachable,
  '3D000': noDatabase,
  '42703': tooOld,
  '42P01': tooOld,
  '42883': tooOld,
};

/** The SQLSTATE or system error code of an error, or an empty text. */
export function codeOf(error: unknown): string {
  return errorCodeOf(error) ?? '';
}

/** True when PostgreSQL itself answered with an error, so that the session can be used further. */
export function isServerError(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test(codeOf(error)) && !/^(08|57P0[1-3])/.test(codeOf(error));
}

/** Says a failure of `pg` with a stable code and what to do. Error texts of PostgreSQL carry none of our parameters. */
export function explainError(error: unknown, where: Where): FirebreakError {
  if (isFirebreakError(error)) return error;
  const rule = ruleFor(error);
  const detail = error instanceof Error ? error.message : String(error);
  const state = isServerError(error) ? `, SQLSTATE ${codeOf(error)}` : '';
  return new FirebreakError(
    rule.code,
    `Database ${where.database} (${where.server}) ${rule.what}: ${detail}${state}.`,
    {
      hint: tlsHint(detail) ?? rule.hint(where),
      retryable: rule.retryable,
      cause: error,
      situation: { next: rule.next?.(where) ?? [] },
    },
  );
}

/** What `pg` and Node say when a connection does not come about or ends. */
const LOST = /timeout|terminated|not queryable|closed|ended|hang up|SSL|TLS|certificate/i;

function ruleFor(error: unknown): Rule {
  const known = bySqlState[codeOf(error)];
  // 42501 while logging in means CONNECT on the database, later it means a role membership.
  if (known === permission && error instanceof Error && /for database/.test(error.message)) return login;
  if (known === full && error instanceof Error && /connections for role/.test(error.message)) return roleFull;
  if (known !== undefined) return known;
  if (isServerError(error)) return other;
  const message = error instanceof Error ? error.message : '';
  if (/^SASL|password must be a string/.test(message)) return login;
  if (/Query read timeout/.test(message)) return timeout;
  return /^E[A-Z_]+$/.test(codeOf(error)) || LOST.test(message) ? unreachable : other;
}
