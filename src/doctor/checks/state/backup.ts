import { defineCheck, ok } from '../../check.ts';
import { textRemedy } from '../../remedies.ts';

/** Hours: a daily backup that is late by a day is worth saying. */
const OLD_HOURS = 48;

export const check = defineCheck({
  id: 'backup',
  kind: 'state',
  title: 'Age of the last backup',
  purpose: 'Get the journal back when its disk is lost.',
  without: 'What was decided and done, and by whom, is gone with the disk.',
  check({ backup }) {
    if (backup.status === 'not-configured')
      return { status: 'unknown', found: 'state.backupDirectory does not say where backups are' };
    if (backup.status === 'found' && backup.ageHours < OLD_HOURS)
      return ok(`${Math.round(backup.ageHours)} h (${backup.file})`);
    return {
      status: 'advice',
      found:
        backup.status === 'none'
          ? `There is none in ${backup.directory}.`
          : `The newest is ${Math.round(backup.ageHours)} h old (${backup.file}).`,
      remedy: textRemedy(
        'Make one each day; it does not disturb a running Firebreak.',
        'in a daily job',
        'firebreak state backup "BACKUPS/firebreak-$(date +%F).jsonl"',
      ),
    };
  },
});
