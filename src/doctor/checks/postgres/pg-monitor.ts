import { postgresGrants } from '../../../grants/postgres.ts';
import { defineCheck } from '../../check.ts';
import { membershipVerdict } from '../../postgres.ts';

export const check = defineCheck({
  id: 'pg-monitor',
  kind: 'postgres',
  title: 'Member of pg_monitor',
  purpose: 'See sessions, statistics and settings of every role.',
  without: 'Sessions of other roles look empty, so no cause can be found.',
  check: (access) => membershipVerdict(access, 'pg_monitor', postgresGrants.monitor),
});
