import { postgresGrants } from '../../../grants/postgres.ts';
import { defineCheck } from '../../check.ts';
import { membershipVerdict } from '../../postgres.ts';

export const check = defineCheck({
  id: 'reserved-role',
  kind: 'postgres',
  title: 'Right to reserved slots',
  purpose: 'Come back when a session is lost while every slot is taken.',
  without: 'Firebreak has to wait for a slot like everybody else, in the middle of the outage.',
  check(access) {
    const verdict = membershipVerdict(access, 'pg_use_reserved_connections', postgresGrants.reserved);
    return verdict.status === 'missing' ? { ...verdict, status: 'advice' } : verdict;
  },
});
