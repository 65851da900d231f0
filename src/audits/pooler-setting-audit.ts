import type { Severity } from '../domain/audit.ts';
import type { Pooler } from '../domain/pooler.ts';
import { type Audit, defineAudit } from './audit.ts';
import type { PostMortemLine } from './post-mortem.ts';

/** How the audits of one setting of PgBouncer differ. */
export interface PoolerSettingAuditSpec {
  readonly id: string;
  readonly title: string;
  readonly todo: string;
  readonly severity: Severity;
  readonly why: string;
  readonly falsePositives: string;
  readonly holds?: readonly PostMortemLine[];
  /** What is wrong with this PgBouncer, in words and numbers; null when nothing is. */
  problem(pooler: Pooler): string | null;
  readonly note: string;
  /** The line of pgbouncer.ini. */
  line(pooler: Pooler): string;
}

/** An audit that one setting is right in each PgBouncer. */
export function poolerSettingAudit(spec: PoolerSettingAuditSpec): Audit {
  return defineAudit({
    id: spec.id,
    system: 'pgbouncer',
    title: spec.title,
    todo: spec.todo,
    severity: spec.severity,
    why: spec.why,
    falsePositives: spec.falsePositives,
    holds: spec.holds ?? [],
    needs: ['poolers'],
    check({ poolers }) {
      return poolers.flatMap((pooler) => {
        const evidence = spec.problem(pooler);
        if (evidence === null) return [];
        return [
          {
            subject: `PgBouncer ${pooler.name}`,
            evidence,
            remedy: {
              text: spec.note,
              commands: [
                {
                  label: 'in pgbouncer.ini, then RELOAD on its console',
                  language: 'text' as const,
                  text: spec.line(pooler),
                },
              ],
            },
          },
        ];
      });
    },
  });
}

/** Whether clients of it share server connections by transaction. */
export function sharesByTransaction({ pools }: Pooler): boolean {
  return pools.some(({ mode }) => mode === 'transaction');
}
