import { poolerSettingAudit, sharesByTransaction } from '../../pooler-setting-audit.ts';

export const audit = poolerSettingAudit({
  id: 'prepared-statements',
  title: 'Transaction mode without prepared statements',
  todo: 'Set max_prepared_statements',
  severity: 'low',
  why: 'A driver that prepares statements, as JDBC does after five times, gets errors that come and go: the statement lies on another connection.',
  falsePositives: 'Where every driver is told not to prepare (prepareThreshold=0): suppress it.',
  holds: ['action-pgbouncer'],
  problem(pooler) {
    const { preparedStatements } = pooler.settings;
    if ((preparedStatements ?? 0) > 0 || !sharesByTransaction(pooler)) return null;
    return preparedStatements === null
      ? `${pooler.version} has no max_prepared_statements, which exists since 1.21.`
      : 'max_prepared_statements = 0 with pools in transaction mode.';
  },
  note: 'Let PgBouncer keep them; before 1.21 upgrade it first, and until then tell drivers not to prepare.',
  line: () => 'max_prepared_statements = 200',
});
