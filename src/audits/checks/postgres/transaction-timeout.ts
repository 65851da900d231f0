import { timeoutAudit } from '../../timeout-audit.ts';

export const audit = timeoutAudit({
  id: 'transaction-timeout',
  setting: 'transaction_timeout',
  severity: 'medium',
  why: 'Many short statements in one transaction pass every other limit: together they keep locks and old rows for hours.',
  falsePositives:
    'Backups and batch loads in one transaction: put their roles under protected.roles, or suppress them.',
  holds: [],
  proposal: { value: '15min', note: '15 min ends what no application does on purpose.' },
  since: 17,
});
