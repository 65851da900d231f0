/**
 * What the post-mortem of 2024-11-15 found and decided, word for word. An audit names the lines that it keeps true;
 * docs/mission.md says what covers the others.
 */
export const postMortemLines = {
  cause:
    'deployed without resource constraints and ran a full table scan query on the orders table (47M rows) without proper indexing',
  'factor-1': 'No query timeout configured on the database connection',
  'factor-2': 'No resource quota for the analytics namespace',
  'factor-3': 'The batch job was scheduled during peak traffic hours (14:00 KST)',
  'factor-4': 'No read replica routing for analytical queries',
  'factor-5': 'Missing database connection pool limits per service',
  respawn: 'Attempted to kill the problematic query, but it respawned from cron',
  'action-batch': 'Kill problematic queries and disable batch cron',
  'action-statistics': 'Add pg_stat_statements monitoring for query duration',
  'action-timeout': 'Set statement_timeout=30s on application database connections',
  'action-replica': 'Add read replica for all analytical and reporting queries',
  'action-quota': 'Implement per-namespace resource quotas in Kubernetes',
  'action-schedule': 'Reschedule batch jobs to off-peak hours (03:00 KST)',
  'action-pools': 'Implement database connection pool per service with limits',
  'action-pgbouncer': 'Deploy PgBouncer as connection pooler',
  'action-cdc': 'Create dedicated analytics database with CDC replication',
  'lesson-1': 'Analytical queries must never run against production primary database',
  'lesson-2': 'All database connections must have statement_timeout configured',
  'lesson-3': 'Batch jobs need resource limits and should run during off-peak hours',
  'lesson-4': 'Connection pool exhaustion cascades quickly across all services',
} as const;
export type PostMortemLine = keyof typeof postMortemLines;
