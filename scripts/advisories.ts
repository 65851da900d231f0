/** What `npm audit` came to. `notChecked`: the registry gave no answer, so nothing is known. */
export type AuditResult =
  | { readonly status: 'clean' | 'vulnerable'; readonly text: string }
  | { readonly status: 'notChecked'; readonly text: string };

/** How bad a hole has to be to fail: npm's own words, the worst last. */
const SEVERE = ['high', 'critical'] as const;

/** Reads what `npm audit --json` printed. Whatever is no report of it counts as not checked. Pure. */
export function readAudit(printed: string): AuditResult {
  const report = parsed(printed);
  const counts = report?.metadata?.vulnerabilities;
  if (counts === undefined)
    return { status: 'notChecked', text: report?.message ?? 'npm audit printed no report' };
  const severe = SEVERE.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);
  const names = Object.entries(report?.vulnerabilities ?? {}).flatMap(([name, { severity }]) =>
    SEVERE.some((one) => one === severity) ? [`${name} (${severity})`] : [],
  );
  return severe === 0
    ? { status: 'clean', text: `${counts.total ?? 0} known holes, none of them high or critical` }
    : { status: 'vulnerable', text: `${severe} known holes: ${names.join(', ')}` };
}

interface Report {
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
  readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> };
}

function parsed(text: string): Report | null {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return null;
  }
}
