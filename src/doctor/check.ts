import type { AccessKind, AccessOf } from '../domain/access.ts';
import type { Remedy } from '../domain/audit.ts';

/** What a check says of what was read. */
export type Verdict =
  | { readonly status: 'ok' | 'unknown' | 'not-applicable'; readonly found: string }
  | {
      /** Required or not; what works without it is advice. */
      readonly status: 'missing' | 'advice';
      readonly found: string;
      /** Where it differs from that of the check. */
      readonly without?: string;
      readonly remedy: Remedy;
    };

/** The part of a check that its author writes. */
export interface CheckSpec<K extends AccessKind> {
  /** Kebab-case, the name of its file. `connection` is the one that a dead system fails, and stands for all of its kind. */
  readonly id: string;
  readonly kind: K;
  /** What is checked, such as "Member of pg_monitor". */
  readonly title: string;
  /** What it is for, a sentence. */
  readonly purpose: string;
  /** What fails without it, a sentence. */
  readonly without: string;
  /** Pure: the same reading gives the same verdict. Several verdicts are several results. */
  check(access: AccessOf[K]): Verdict | readonly Verdict[];
}

/** One check: one file in src/doctor/checks. */
export type Check = { [K in AccessKind]: CheckSpec<K> }[AccessKind];

/** Declares a check. */
export function defineCheck<const K extends AccessKind>(spec: CheckSpec<K>): CheckSpec<K> {
  return spec;
}

export function ok(found: string): Verdict {
  return { status: 'ok', found };
}

export function notApplicable(found: string): Verdict {
  return { status: 'not-applicable', found };
}
