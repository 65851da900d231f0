import type { Factor } from '../domain/post-mortem.ts';
import type { Audits } from '../ports/audits.ts';

/** What the audits found of a database, as the contributing factors of a post-mortem, and what they could not look at. */
export function factorsFrom(audits: Audits) {
  return async (
    database: string,
    signal: AbortSignal,
  ): Promise<{ readonly factors: readonly Factor[]; readonly unaudited: readonly string[] }> => {
    const { findings, notChecked } = await audits.run(database, signal);
    return {
      factors: findings
        .filter(({ severity }) => severity !== 'info')
        .map(({ audit, title, severity, subject, evidence, remedy }) => ({
          audit,
          title,
          severity,
          subject,
          evidence,
          remedy: remedy.text,
        })),
      unaudited: notChecked
        .filter(({ because }) => because !== 'does-not-apply')
        .map(({ title, why }) => `${title}: ${why}`),
    };
  };
}
