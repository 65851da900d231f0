import { settingAudit } from '../../setting-audit.ts';

export const audit = settingAudit({
  id: 'slow-query-log',
  setting: 'log_min_duration_statement',
  title: 'Slow queries are not logged',
  todo: 'Set log_min_duration_statement',
  severity: 'medium',
  why: 'After an outage nobody can say which queries were slow when, and from which client.',
  falsePositives:
    'auto_explain with a minimum duration, or log_min_duration_sample, tells the same: suppress it.',
  holds: ['action-statistics'],
  isBad: (value) => value === '-1',
  proposal: '1s',
  note: 'Log what takes longer than a second; raise it when the log grows too fast.',
  takesEffect: 'reload',
});
