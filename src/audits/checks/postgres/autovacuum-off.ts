import { settingAudit } from '../../setting-audit.ts';

export const audit = settingAudit({
  id: 'autovacuum-off',
  setting: 'autovacuum',
  title: 'Autovacuum is off',
  todo: 'Turn autovacuum on',
  severity: 'critical',
  why: 'Tables grow with dead rows, statistics grow old, and in the end PostgreSQL stops to protect itself against wraparound.',
  falsePositives: 'None known: even where vacuum is run by a schedule, autovacuum is the net below it.',
  isBad: (value) => value === 'off',
  proposal: 'on',
  note: 'Expect some load after it was off for long.',
  takesEffect: 'reload',
});
