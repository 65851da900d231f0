import { settingAudit } from '../../setting-audit.ts';

export const audit = settingAudit({
  id: 'jit',
  setting: 'jit',
  title: 'Queries are compiled just in time',
  todo: 'Turn jit off',
  severity: 'low',
  why: 'Compilation cannot be interrupted: under load a cancelled query takes seconds longer to end.',
  falsePositives: 'On a server that mostly runs long analytical queries it pays off: suppress it there.',
  isBad: (value) => value === 'on',
  proposal: 'off',
  note: 'Or raise jit_above_cost, so that only the longest queries are compiled.',
  takesEffect: 'reload',
});
