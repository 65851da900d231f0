import { timeoutAudit } from '../../timeout-audit.ts';

export const audit = timeoutAudit({
  id: 'lock-timeout',
  setting: 'lock_timeout',
  severity: 'low',
  why: 'A statement that waits for a lock lets everybody queue behind itself; a schema change can stop a table so.',
  falsePositives:
    'With a statement_timeout the wait ends anyway, only later. What matters is that migrations set a short one themselves.',
  holds: [],
  proposal: {
    value: '10s',
    note: '10 s is more than a healthy lock wait; migrations take 1 s or less and try again.',
  },
});
