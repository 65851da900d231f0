import { settingAudit } from '../../setting-audit.ts';

export const audit = settingAudit({
  id: 'lock-wait-log',
  setting: 'log_lock_waits',
  title: 'Lock waits are not logged',
  todo: 'Turn log_lock_waits on',
  severity: 'low',
  why: 'Who blocked whom is known only while it lasts; afterwards nothing tells it.',
  falsePositives: 'None known; a line is written only for waits longer than deadlock_timeout.',
  isBad: (value) => value === 'off',
  proposal: 'on',
  note: 'Waits longer than deadlock_timeout (1 s) are then logged.',
  takesEffect: 'reload',
});
