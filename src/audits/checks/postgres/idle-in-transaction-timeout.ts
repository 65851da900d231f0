import { timeoutAudit } from '../../timeout-audit.ts';

export const audit = timeoutAudit({
  id: 'idle-in-transaction-timeout',
  setting: 'idle_in_transaction_session_timeout',
  severity: 'high',
  why: 'A transaction that somebody forgot keeps its locks and its connection for ever; everybody who needs the rows queues behind it.',
  falsePositives:
    'A tool that holds a transaction open while a person thinks, such as a migration with a prompt: put its role under protected.roles.',
  holds: ['lesson-4'],
  proposal: {
    value: '60s',
    note: '60 s is long for an application, whose transactions do not wait for people.',
  },
});
