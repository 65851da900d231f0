/** Why an embedded PostgreSQL could not be started; `code` is stable, the message says what the operator can do. */
export type EmbeddedPostgresErrorCode =
  | 'binaries_missing'
  | 'no_unprivileged_account'
  | 'directory_not_usable'
  | 'version_mismatch'
  | 'port_taken'
  | 'disk_full'
  | 'shared_memory'
  | 'already_running'
  | 'initdb_failed'
  | 'start_failed'
  | 'start_timeout'
  | 'stop_failed';

/** A failure of the embedded PostgreSQL, worded for the person who has to fix it. */
export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
    this.code = code;
  }
}

/** The `code` of a Node system error (for example `ENOENT`), or undefined for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
