import type { Remedy, Severity } from '../domain/audit.ts';
import type { AuditFacts, FactName } from './facts.ts';
import type { PostMortemLine } from './post-mortem.ts';

/** What an audit looks into; the name of its folder. */
export type System = 'postgres' | 'replication' | 'pgbouncer' | 'kubernetes';

/** One thing that is wrong, as an audit says it; title, reason and name are those of the audit. */
export interface Draft {
  /** What it is about: a kind and a name, the same in every run. */
  readonly subject: string;
  /** What was read, in words and numbers. */
  readonly evidence: string;
  /** Where it differs from that of the audit. */
  readonly severity?: Severity;
  readonly remedy: Remedy;
}

/** There is nothing of the kind here, such as a setting that this version lacks; said in words, never passed silently. */
export interface DoesNotApply {
  readonly doesNotApply: string;
}

/** The part of an audit that its author writes. */
export interface AuditSpec<N extends FactName> {
  /** Kebab-case, the name of its file. */
  readonly id: string;
  readonly system: System;
  /** What is wrong where it finds something, such as "Role without statement_timeout". */
  readonly title: string;
  /** What there is to do then, as an action item says it, such as "Set statement_timeout". */
  readonly todo: string;
  /** Of its findings, where they say nothing else. */
  readonly severity: Severity;
  /** What it leads to when nothing is done, one or two sentences. */
  readonly why: string;
  /** When a finding is none, and what to do then. */
  readonly falsePositives: string;
  /** The step kind that does the remedy on approval, where there is one. */
  readonly step?: string;
  /** Lines of the post-mortem of 2024-11-15 that it keeps true. */
  readonly holds: readonly PostMortemLine[];
  /** The facts that it reads; without them it is reported as not checked. */
  readonly needs: readonly N[];
  /** Pure: the same facts give the same findings. */
  check(facts: Pick<AuditFacts, N | 'at' | 'database'>): readonly Draft[] | DoesNotApply;
}

/** One guardrail check: one file in src/audits/checks. */
export type Audit = AuditSpec<FactName>;

/** Declares an audit: what `check` reads and `needs` does not name does not compile. */
export function defineAudit<const N extends FactName>(spec: AuditSpec<N>): Audit {
  return { ...spec, check: (facts) => spec.check(facts) };
}
