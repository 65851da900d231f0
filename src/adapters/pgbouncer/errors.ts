import { tlsHint } from '../../domain/connection-url.ts';
import { errorCodeOf, FirebreakError, isFirebreakError } from '../../domain/errors.ts';

/** Which console a failed statement was about. */
export interface Where {
  readonly database: string;
  readonly pooler: string;
  readonly user: string;
  /** `-h host -p port`, as psql takes them. */
  readonly address: string;
}

const REFUSED = /admin access needed|not allowed|no such user|password|authentication|^SASL/i;
const LOST = /timeout|terminated|not queryable|closed|ended|hang up|SSL|TLS|certificate/i;

/** True when the console itself answered that it does not do this; the connection can be used further. */
export function isRefusal(error: unknown): boolean {
  return errorCodeOf(error) === '08P01';
}

/** Says a failure of the console with a stable code and what to do. */
export function explainError(error: unknown, where: Where): FirebreakError {
  if (isFirebreakError(error)) return error;
  const { pooler, database, user, address } = where;
  const detail = error instanceof Error ? error.message : String(error);
  const say = (
    code: 'pooler-unreachable' | 'pooler-timeout' | 'pooler-permission' | 'pooler-error',
    what: string,
    hint: string,
    retryable: boolean,
  ) =>
    new FirebreakError(code, `PgBouncer ${pooler} of ${database} ${what}: ${detail}.`, {
      hint,
      retryable,
      cause: error,
      situation: {
        next: [
          {
            label: `ask the console of ${pooler} by hand, from where Firebreak runs`,
            language: 'text',
            text: `psql ${address} -U ${user} -d pgbouncer -c 'SHOW POOLS'`,
          },
        ],
      },
    });
  if (/Query read timeout/.test(detail)) {
    return say(
      'pooler-timeout',
      'did not answer in time',
      'It is frozen or starved of CPU. Look at its host; it has one thread.',
      true,
    );
  }
  if (REFUSED.test(detail)) {
    return say(
      'pooler-permission',
      'refused Firebreak',
      `Name "${user}" under admin_users in pgbouncer.ini, with its password in auth_file, and reload. stats_users may look, but not RECONNECT or RESUME.`,
      false,
    );
  }
  const lost = /^E[A-Z_]+$/.test(errorCodeOf(error) ?? '') || LOST.test(detail);
  if (lost) {
    return say(
      'pooler-unreachable',
      'cannot be reached',
      tlsHint(detail) ??
        'Check that it runs, and its address, port, TLS settings and network policies, from where Firebreak runs.',
      true,
    );
  }
  return say('pooler-error', 'refused a statement', 'Look at the log of PgBouncer.', false);
}
