import type { AccessKind } from './access.ts';
import type { Remedy } from './audit.ts';

/**
 * What became of a check. `missing`: something that Firebreak needs. `advice`: it works without. `unknown`: it could not
 * be looked at. `not-applicable`: there is nothing of the kind here.
 */
export type DoctorStatus = 'ok' | 'missing' | 'advice' | 'unknown' | 'not-applicable';

/** One check of one thing. */
export interface DoctorResult {
  /** Such as `postgres/pg-monitor`. */
  readonly check: string;
  readonly kind: AccessKind;
  /** What was looked at, such as `orders-primary, primary`. */
  readonly subject: string;
  readonly title: string;
  readonly status: DoctorStatus;
  /** What was found, in a sentence. */
  readonly found: string;
  readonly purpose: string;
  /** What fails without it. */
  readonly without: string;
  /** What makes it right, with the exact statements; null when there is nothing to do. */
  readonly remedy: Remedy | null;
}

/** Every connection and permission, as they were just tried. */
export interface DoctorReport {
  /** ISO 8601. */
  readonly at: string;
  /** Whether nothing that Firebreak needs is missing. */
  readonly ok: boolean;
  readonly results: readonly DoctorResult[];
}
