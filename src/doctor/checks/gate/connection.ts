import { defineCheck, ok } from '../../check.ts';

export const check = defineCheck({
  id: 'connection',
  kind: 'gate',
  title: 'Connection as the role of the cost gate',
  purpose: 'Plan what batch jobs want to run.',
  without: 'The gate gives no verdict, and jobs that ask it do not run.',
  check: ({ role, database }) => ok(`as ${role.role} in ${database}`),
});
