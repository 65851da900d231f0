import pg from 'pg';
import type { StartDecoy } from './decoy.ts';

/** The service that suffers, at its light daily work, and a second one where the shape has noise. Watched in the server's log. */
export const service: StartDecoy = async ({ shape: { names, size }, deployment, sql, until }) => {
  const table = pg.escapeIdentifier(names.sideTable);
  const traffic = (role: string, application: string, sessions: number) => ({
    role,
    application,
    sessions,
    steps: [
      'begin',
      `select note from ${table} where id = {n}`,
      `select count(*) from ${table} where id between {n} and {n} + 20`,
      'commit',
      { pauseMs: 200 },
    ],
    afterwards: 'repeat' as const,
    onError: 'reconnect' as const,
  });
  await deployment({
    namespace: names.services,
    name: names.service,
    program: traffic(names.serviceRole, names.service, size.pool),
  });
  if (size.noise > 0) {
    const name = `${names.other}-reads`;
    await deployment({
      namespace: names.services,
      name,
      program: traffic(`${names.otherRole}_reads`, name, size.noise),
    });
  }
  await until('the service works', async () => {
    const rows = await sql('select from pg_stat_activity where usename = $1', [names.serviceRole]);
    return rows.length > 0;
  });
  return null;
};
