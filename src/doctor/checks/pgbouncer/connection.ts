import { defineCheck, ok } from '../../check.ts';

export const check = defineCheck({
  id: 'connection',
  kind: 'pgbouncer',
  title: 'Console',
  purpose: 'See pools and waiting clients, and who is behind a server connection.',
  without: 'Nobody is told apart behind PgBouncer, and a full pool before an idle database looks healthy.',
  check: ({ version, user }) => ok(`${version}, as ${user}`),
});
