import { mergeSituations, type Situation } from './situation.ts';

/** Every error a user can meet, by stable code. `docs/errors.md` is generated from this table. */
export const errorCodes = {
  'bad-config': 'The configuration is not valid.',
  'bad-runbook': 'A runbook is not valid.',
  'no-authentication': 'An alert source has no authentication configured.',
  'missing-secret': 'A secret that the configuration names is not set.',
  'slack-token': 'Slack refused a token.',
  'slack-scope': 'The Slack app lacks a scope.',
  'slack-channel': 'The Slack channel cannot be used.',
  'slack-socket-mode': 'Slack does not let Firebreak connect.',
  'slack-unreachable': 'Slack cannot be reached.',
  'database-unreachable': 'A monitored database cannot be reached.',
  'database-full': 'A monitored database has no connection slot left.',
  'database-permission': 'The PostgreSQL role lacks a permission.',
  'database-timeout': 'A monitored database did not answer in time.',
  'database-changed': 'Another server answers under the name of a monitored one.',
  'database-error': 'A monitored database refused a statement.',
  'gate-role': 'The role of the cost gate may do too much.',
  'gate-unreachable': 'The cost gate gave no verdict.',
  'pooler-unreachable': 'A PgBouncer cannot be reached.',
  'pooler-timeout': 'A PgBouncer did not answer in time.',
  'pooler-permission': 'PgBouncer does not let Firebreak do this.',
  'pooler-error': 'A PgBouncer refused a statement.',
  'kubernetes-unreachable': 'The Kubernetes API cannot be reached.',
  'kubernetes-permission': 'The Kubernetes identity lacks a permission.',
  'kubernetes-conflict': 'A Kubernetes object changed meanwhile.',
  'kubernetes-not-found': 'A Kubernetes object does not exist.',
  'kubernetes-error': 'The Kubernetes API refused a request.',
  'gitops-managed': 'A GitOps tool owns a Kubernetes object and would take a live change back.',
  'prometheus-unreachable': 'Prometheus cannot be reached.',
  'prometheus-error': 'Prometheus refused a query.',
  'on-call-unreachable': 'An on-call source cannot be reached.',
  'on-call-error': 'An on-call source did not say who is on call.',
  'pager-unreachable': 'A pager cannot be reached.',
  'pager-error': 'A pager did not take a page.',
  'state-unavailable': 'The state database cannot be used.',
  'state-unconfirmed':
    'The state database broke off while something was recorded; whether it was recorded is not known.',
  'state-pooled': 'The state database is reached through a pooler.',
  'state-busy': 'A state directory is in use by another Firebreak or PostgreSQL.',
  'state-version': 'The state was written by another version.',
  'port-taken': 'A port is taken.',
  'postgres-binaries':
    'The embedded PostgreSQL is not installed, or its binaries do not run on this platform.',
  'postgres-account': 'The embedded PostgreSQL has no account that it may run as.',
  'postgres-failed': 'The embedded PostgreSQL did not start, or did not stop.',
  'directory-unusable': 'A directory cannot hold a database.',
  'disk-full': 'A disk is full.',
  'shared-memory': 'The system refused shared memory.',
  'no-browser': 'No browser was found.',
  'drill-server': 'The PostgreSQL server given to the drill does not fit it.',
  'drill-needs': 'The machine lacks something that the scenario of the drill needs.',
  'drill-symptom': 'The scenario of the drill did not come about.',
  'no-incident': 'There is no such incident, or its content was removed by retention.',
  'no-alert': 'There is no such alert, or it was removed by retention.',
  'bad-anchor': 'An anchor of the journal is not of its form.',
  'bad-export': 'A file is no export of the journal.',
  'bad-ratchet': 'A file is no ratchet of audits.',
  'bad-recording': 'A file is no recording of a drill.',
  'bad-backup': 'A file is no whole backup of a state.',
  'state-not-empty': 'A backup is restored into an empty state only.',
  'chart-failed': 'A chart could not be drawn.',
  'no-terminal': 'A command that asks questions has no terminal to ask them on.',
  'not-allowed': 'What somebody asked for was refused.',
  'unknown-person': 'Who sits at the terminal is not known.',
  'no-answer': 'Something that "firebreak doctor" looked at did not answer in time.',
  'file-exists': 'A file is there already, and is not written over unless asked.',
  stopped: 'Somebody stopped the command before it was done.',
  'unsupported-node': 'This version of Node.js is too old.',
  internal: 'A defect in Firebreak.',
} as const;
export type ErrorCode = keyof typeof errorCodes;

/** A fault with a stable code, a plain sentence and what to do next. Expected refusals are values, not errors. */
export class FirebreakError extends Error {
  override readonly name = 'FirebreakError';
  readonly code: ErrorCode;
  /** What the reader can do next, one sentence. */
  readonly hint: string;
  readonly retryable: boolean;
  /** What is known, what is not, what was done and what helps, as far as the thrower could tell. */
  readonly situation: Situation | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      hint: string;
      retryable?: boolean;
      cause?: unknown;
      situation?: Partial<Situation> | undefined;
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    this.situation = mergeSituations(options.situation);
  }
}

/** The same fault, with more that is known about it in front. */
export function withSituation(error: FirebreakError, more: Partial<Situation>): FirebreakError {
  const { code, message, hint, retryable, situation, cause } = error;
  return new FirebreakError(code, message, {
    hint,
    retryable,
    situation: mergeSituations(more, situation),
    cause,
  });
}

/** True for our own error class, also across realms. */
export function isFirebreakError(error: unknown): error is FirebreakError {
  return error instanceof Error && error.name === 'FirebreakError' && 'code' in error && 'hint' in error;
}

/** True when Firebreak's own database could not be read or written, for whatever reason; it may be back in a moment. */
export function isStateAway(error: unknown): error is FirebreakError {
  return (
    isFirebreakError(error) && (error.code === 'state-unavailable' || error.code === 'state-unconfirmed')
  );
}

/** The `code` that Node (`ENOENT`) and PostgreSQL drivers (a SQLSTATE) put on an error, or null. */
export function errorCodeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** What a person is shown of any error: never a stack, never an embedded object. */
export function describeError(error: unknown): { code: ErrorCode; message: string; hint: string } {
  if (isFirebreakError(error)) return { code: error.code, message: error.message, hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message, hint: 'Look at the log of Firebreak for the details, and report it.' };
}

/** What the log may hold of any error: its own words and stack, without the foreign error inside, which may carry data. */
export function loggableError(error: unknown): { code: ErrorCode; message: string; stack: string | null } {
  const { code, message } = describeError(error);
  return { code, message, stack: error instanceof Error ? (error.stack ?? null) : null };
}
