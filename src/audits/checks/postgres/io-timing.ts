import { settingAudit } from '../../setting-audit.ts';

export const audit = settingAudit({
  id: 'io-timing',
  setting: 'track_io_timing',
  title: 'Time for reading and writing is not measured',
  todo: 'Turn track_io_timing on',
  severity: 'low',
  why: 'Without it nobody can tell a query that computes from one that waits for the disk.',
  falsePositives: 'On a host with a slow clock it costs something: pg_test_timing tells. Then suppress it.',
  isBad: (value) => value === 'off',
  proposal: 'on',
  note: 'On present hosts its cost cannot be measured.',
  takesEffect: 'reload',
});
