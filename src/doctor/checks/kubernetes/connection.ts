import { defineCheck, ok } from '../../check.ts';

export const check = defineCheck({
  id: 'connection',
  kind: 'kubernetes',
  title: 'API server and credentials',
  purpose: 'Name the workload behind a session, and stop it at its source.',
  without: 'A batch that is killed in the database comes back from its CronJob.',
  check: ({ version, identity }) => ok(`${version}, as ${identity ?? 'an identity that it does not tell'}`),
});
