import { byImportance, type Finding, fingerprintOf, type NotChecked, type Remedy } from '../domain/audit.ts';
import type { Audit, Draft } from './audit.ts';
import type { AuditFacts, FactName, Gathered } from './facts.ts';

/** What the audits say of the facts. */
export interface Checked {
  /** Worst first. */
  readonly findings: Finding[];
  readonly checked: string[];
  readonly notChecked: NotChecked[];
}

/** Runs every audit over the facts. One whose facts are missing is listed with the reason; nothing passes silently. */
export function checkFacts(audits: readonly Audit[], facts: Gathered): Checked {
  const results = audits.map((audit) => checkOne(audit, facts));
  return {
    findings: results.flatMap(({ findings }) => findings).sort(byImportance),
    checked: results.flatMap(({ checked }) => checked),
    notChecked: results.flatMap(({ notChecked }) => notChecked),
  };
}

function checkOne(audit: Audit, { at, database, parts }: Gathered): Checked {
  const { id, title } = audit;
  const gaps = audit.needs.flatMap((need) => parts[need].gaps);
  const notChecked: NotChecked[] = [...new Map(gaps.map((gap) => [gap.why, gap])).values()].map((gap) => ({
    audit: id,
    title,
    ...gap,
  }));
  const known = Object.fromEntries(audit.needs.map((need) => [need, parts[need].value]));
  if (Object.values(known).some((value) => value === null)) return { findings: [], checked: [], notChecked };
  const answer = audit.check({ ...known, at, database } as Pick<AuditFacts, FactName | 'at' | 'database'>);
  if ('doesNotApply' in answer)
    return {
      findings: [],
      checked: [],
      notChecked: [...notChecked, { audit: id, title, because: 'does-not-apply', why: answer.doesNotApply }],
    };
  return {
    findings: answer.map((draft) => toFinding(audit, database.name, draft)),
    checked: [id],
    notChecked,
  };
}

function toFinding(audit: Audit, database: string, draft: Draft): Finding {
  return {
    audit: audit.id,
    title: audit.title,
    todo: audit.todo,
    severity: draft.severity ?? audit.severity,
    subject: draft.subject,
    evidence: draft.evidence,
    why: audit.why,
    remedy: onApproval(audit, draft),
    docs: `docs/audits.md#${audit.id}`,
    fingerprint: fingerprintOf(database, audit.id, draft.subject),
    expired: null,
  };
}

/** The remedy, which begins with what Firebreak would do itself. */
function onApproval({ step }: Audit, { remedy }: Draft): Remedy {
  if (step === undefined) return remedy;
  return { ...remedy, text: `Firebreak does it on approval: step ${step}. By hand: ${remedy.text}` };
}
