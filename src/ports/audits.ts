import type { AuditReport } from '../domain/audit.ts';

/** The guardrail audits. They only read, within what a server in trouble can bear. */
export interface Audits {
  /**
   * Audits one configured database with what surrounds it. A reading that began less than 10 s ago is used again.
   * What cannot be read is listed in the report; only an unknown name (`database-error`) and the signal throw.
   * @param since A reading that began earlier is not used again, as something was changed meanwhile.
   */
  run(database: string, signal: AbortSignal, since?: Date): Promise<AuditReport>;
}
