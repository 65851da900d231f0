import { settingAudit } from '../../setting-audit.ts';

export const audit = settingAudit({
  id: 'temp-file-limit',
  setting: 'temp_file_limit',
  title: 'One query may fill the disk',
  severity: 'medium',
  why: 'A large sort or hash join writes temporary files without a bound; when the disk is full every write fails.',
  falsePositives: 'Where temp_tablespaces lies on a volume of its own: suppress it.',
  isBad: (value) => value === '-1',
  proposal: '20GB',
  note: 'Set it to what the disk can spare for one session; it ends the query that wants more.',
  takesEffect: 'reload',
});
