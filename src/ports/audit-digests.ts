import type { AuditDigest } from '../domain/audit-digest.ts';

/** The scheduled runs of the audits, as they were recorded. Throws `state-unavailable`. */
export interface AuditDigests {
  /** Newest last. */
  recent(most: number): Promise<readonly AuditDigest[]>;
}
