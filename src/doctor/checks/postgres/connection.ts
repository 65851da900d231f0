import { defineCheck, ok } from '../../check.ts';
import { majorOf } from '../../postgres.ts';

export const check = defineCheck({
  id: 'connection',
  kind: 'postgres',
  title: 'Connection and login',
  purpose: 'Read what runs on the server, and signal what must not run on.',
  without: 'Nothing of this database is seen, diagnosed or ended.',
  check: ({ role, database, versionNumber }) =>
    ok(`PostgreSQL ${majorOf(versionNumber)}.${versionNumber % 10_000}, as ${role} in ${database}`),
});
