import pg from 'pg';
import { tlsHint } from '../../domain/connection-url.ts';
import { errorCodeOf, FirebreakError, isFirebreakError, isStateAway } from '../../domain/errors.ts';

/** SQLSTATE classes and codes after which the same call may succeed later (PostgreSQL appendix A). */
const RETRYABLE = [/^08/, /^53/, /^57P/, /^40/, /^25006$/, /^25P03$/, /^55P03$/, /^57014$/, /^58/];
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** What pg and its pool say without a code when a session cannot be had or breaks. */
const BROKEN_SESSION =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|timeout expired|not queryable|Query read timeout|pool after calling end|has been discarded|pg-boss is stopped|Database not opened/i;

/** Runs a call to the state database; its failures become FirebreakErrors. */
export async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw stateFailure(error);
  }
}

/** The FirebreakError for anything that a call to the state database can throw. Defects of ours stay what they are. */
export function stateFailure(error: unknown): unknown {
  if (isFirebreakError(error) || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code !== null && NETWORK.has(code)) return unreachable(error);
  if (code !== null && /^[0-9A-Z]{5}$/.test(code)) return refused(error, code);
  if (BROKEN_SESSION.test(error.message)) return unreachable(error);
  return error;
}

/** The SQLSTATE or system error code of an error; the first inner one of an AggregateError. */
function codeOf(error: unknown): string | null {
  const own = errorCodeOf(error);
  return own === null && error instanceof AggregateError ? codeOf(error.errors[0]) : own;
}

/** The FirebreakError for a failure to open the state: here a strange error comes from the URL or from TLS, not from us. */
export function openingFailure(error: unknown): unknown {
  const failure = stateFailure(error);
  if (isFirebreakError(failure) || !(failure instanceof Error)) return failure;
  return new FirebreakError('state-unavailable', `The state database cannot be opened: ${failure.message}.`, {
    hint: tlsHint(failure.message) ?? 'Check that state.url is a PostgreSQL URL, and the TLS settings in it.',
    cause: failure,
  });
}

/**
 * The FirebreakError for an error at the commit. A server that says ERROR has rolled back; after anything else, such as a
 * broken session, it may have committed without our hearing of it.
 */
export function commitFailure(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && error.severity === 'ERROR') return error;
  const failure = stateFailure(error);
  if (!isStateAway(failure)) return failure;
  return new FirebreakError(
    'state-unconfirmed',
    'The state database broke off before it said whether this was recorded.',
    {
      hint: 'Once it answers, the card shows what stands; when it still asks, decide again.',
      retryable: true,
      cause: error,
    },
  );
}

/** The error for a connection that does not lead to PostgreSQL itself. */
export function pooledFailure(cause?: unknown): FirebreakError {
  return new FirebreakError('state-pooled', 'The state database is reached through a pooler.', {
    hint: 'Point state.url at PostgreSQL itself: the locks that keep one step from running twice belong to a session.',
    cause,
  });
}

function unreachable(cause: Error): FirebreakError {
  const detail = cause.message || (codeOf(cause) ?? 'no answer');
  return new FirebreakError('state-unavailable', `The state database does not answer: ${detail}.`, {
    hint: 'Check that the PostgreSQL of Firebreak runs and that state.url points at it; Firebreak goes on by itself once it answers.',
    retryable: true,
    cause,
  });
}

function refused(cause: Error, code: string): FirebreakError {
  // PgBouncer refuses what every session of ours sends at its start, such as statement_timeout.
  if (code === '08P01' && cause.message.includes('unsupported startup parameter'))
    return pooledFailure(cause);
  return new FirebreakError(
    'state-unavailable',
    `The state database refused a statement (SQLSTATE ${code}): ${cause.message}.`,
    { hint: hintFor(code), retryable: RETRYABLE.some((pattern) => pattern.test(code)), cause },
  );
}

function hintFor(code: string): string {
  switch (code) {
    case '53100':
      return 'Free disk space on the server of the state database; nothing was written.';
    case '53300':
      return 'Raise max_connections of the state database, or end other sessions; Firebreak needs about 16.';
    case '25006':
      return 'Point state.url at the primary; this server accepts no writes.';
    case '28P01':
    case '28000':
      return 'Correct the user or the password in state.url.';
    case '3D000':
      return 'Create the database that state.url names.';
    case '42501':
      return 'Let the role in state.url create schemas in its database and own what it creates.';
    default:
      return 'Look at the log of the PostgreSQL server of the state database.';
  }
}
