import { timeoutAudit } from '../../timeout-audit.ts';

/** A query of such a role runs until somebody ends it: what kept the outage of 2024-11-15 going. */
export const audit = timeoutAudit({
  id: 'statement-timeout',
  setting: 'statement_timeout',
  severity: 'high',
  why: 'A runaway query runs until somebody ends it, and takes CPU and a connection from everybody meanwhile.',
  falsePositives:
    'Roles of backups and migrations run long on purpose: put them under protected.roles, and their findings are info. A role that sets the timeout itself after it connected is not seen; still give it one here, for the day it forgets.',
  holds: ['factor-1', 'action-timeout', 'lesson-2'],
  proposal: {
    value: '30s',
    note: '30 s suits an application; a batch role gets what its slowest good run takes and a half more, such as 15min, a dump a role of its own.',
  },
});
