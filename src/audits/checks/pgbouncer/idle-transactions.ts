import { poolerSettingAudit, sharesByTransaction } from '../../pooler-setting-audit.ts';

export const audit = poolerSettingAudit({
  id: 'idle-transactions',
  title: 'An idle transaction keeps a pooled connection',
  todo: 'Set idle_transaction_timeout',
  severity: 'medium',
  why: 'In transaction mode a client that forgets to commit takes one of few connections from everybody, for ever.',
  falsePositives:
    'Where idle_in_transaction_session_timeout is set for every role on the server, that ends it too (audit idle-in-transaction-timeout): suppress it.',
  holds: ['lesson-4'],
  problem: (pooler) =>
    pooler.settings.idleTransactionTimeoutSeconds === 0 && sharesByTransaction(pooler)
      ? 'idle_transaction_timeout = 0 with pools in transaction mode.'
      : null,
  note: 'End what is idle in a transaction for longer than any good one.',
  line: () => 'idle_transaction_timeout = 60',
});
