import { postgresGrants } from '../../../grants/postgres.ts';
import { defineCheck } from '../../check.ts';
import { membershipVerdict } from '../../postgres.ts';

export const check = defineCheck({
  id: 'pg-signal-backend',
  kind: 'postgres',
  title: 'Member of pg_signal_backend',
  purpose: 'Cancel statements and terminate sessions of roles that are not superusers.',
  without: 'Firebreak names what to end, and a person has to end it.',
  check: (access) => membershipVerdict(access, 'pg_signal_backend', postgresGrants.signal),
});
