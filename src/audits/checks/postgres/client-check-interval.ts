import { settingAudit } from '../../setting-audit.ts';

export const audit = settingAudit({
  id: 'client-check-interval',
  setting: 'client_connection_check_interval',
  title: 'Queries outlive their client',
  todo: 'Set client_connection_check_interval',
  severity: 'medium',
  why: 'When a pod is killed its query runs on to its end: suspending a batch alone does not free the database.',
  falsePositives: 'Where the server does not run on Linux or BSD the setting cannot be changed: suppress it.',
  holds: ['respawn'],
  isBad: (value) => value === '0',
  proposal: '5s',
  note: 'A running query then notices within 5 s that its client is gone.',
  takesEffect: 'reload',
});
