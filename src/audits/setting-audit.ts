import type { Severity } from '../domain/audit.ts';
import { type Audit, defineAudit } from './audit.ts';
import type { PostMortemLine } from './post-mortem.ts';

/** How the audits of one server setting differ. */
export interface SettingAuditSpec {
  readonly id: string;
  readonly setting: string;
  readonly title: string;
  readonly todo: string;
  readonly severity: Severity;
  readonly why: string;
  readonly falsePositives: string;
  readonly holds?: readonly PostMortemLine[];
  /** Whether this value is wrong; numbers are in the unit of pg_settings. */
  isBad(value: string): boolean;
  /** The value that is proposed. */
  readonly proposal: string;
  readonly note: string;
  readonly takesEffect: 'reload' | 'restart';
}

/** An audit that one setting of the server is as it should be. */
export function settingAudit(spec: SettingAuditSpec): Audit {
  const { setting, takesEffect } = spec;
  return defineAudit({
    id: spec.id,
    system: 'postgres',
    title: spec.title,
    todo: spec.todo,
    severity: spec.severity,
    why: spec.why,
    falsePositives: spec.falsePositives,
    holds: spec.holds ?? [],
    needs: ['server'],
    check({ server }) {
      const found = server.settings[setting];
      if (found === undefined)
        return { doesNotApply: `${setting} is not there, or Firebreak's role may not see it (pg_monitor).` };
      if (!spec.isBad(found.value)) return [];
      const unit = found.unit === null || found.value === '-1' ? '' : ` ${found.unit}`;
      const waits = found.pendingRestart ? ' It was changed in a file already and waits for a restart.' : '';
      return [
        {
          subject: `server of database ${server.database}`,
          evidence: `${setting} = ${found.value}${unit}.${waits}`,
          remedy: {
            text: `${spec.note} On a managed service set it in the parameter group.`,
            commands: [
              {
                label: `as a superuser; a ${takesEffect} makes it take effect`,
                language: 'sql',
                text: [
                  `ALTER SYSTEM SET ${setting} = '${spec.proposal}';`,
                  ...(takesEffect === 'reload' ? ['SELECT pg_reload_conf();'] : []),
                ].join('\n'),
              },
            ],
          },
        },
      ];
    },
  });
}
