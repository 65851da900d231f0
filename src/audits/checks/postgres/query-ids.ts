import { settingAudit } from '../../setting-audit.ts';

export const audit = settingAudit({
  id: 'query-ids',
  setting: 'compute_query_id',
  title: 'Queries have no id',
  todo: 'Turn compute_query_id on',
  severity: 'medium',
  why: 'A running query cannot be matched with its statistics, so that a plan that changed is not recognised.',
  falsePositives:
    'Another module that computes ids: then the value is auto or regress, and this is no finding.',
  isBad: (value) => value === 'off',
  proposal: 'auto',
  note: 'auto computes ids as soon as something needs them, such as pg_stat_statements.',
  takesEffect: 'reload',
});
