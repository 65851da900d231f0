import pg from 'pg';
import type { SqlProgram } from './sql-program.ts';
import type { Stage } from './stage.ts';

/** Reads the whole table again and again, mostly asleep: it needs no CPU, ends never, and keeps its weak table lock. */
export function slowRead(table: string): string {
  const name = pg.escapeIdentifier(table);
  return `select pg_sleep(0.2), a.id from ${name} a cross join ${name} b`;
}

/** The web part of the service that suffers: many sessions with a short statement, again and again. */
export async function startWeb(stage: Stage, statement: string): Promise<void> {
  const { names, size } = stage.shape;
  await stage.deployment({
    namespace: names.services,
    name: `${names.service}-web`,
    program: {
      role: `${names.serviceRole}_web`,
      application: `${names.service}-web`,
      sessions: size.waiters,
      steps: [statement, { pauseMs: 300 }],
      afterwards: 'repeat',
      onError: 'reconnect',
    },
  });
}

/** The second service does this once in one session, and keeps the session as it is then. */
export async function startOther(stage: Stage, steps: SqlProgram['steps']): Promise<void> {
  const { names } = stage.shape;
  await stage.deployment({
    namespace: names.services,
    name: names.other,
    program: {
      role: names.otherRole,
      application: names.other,
      sessions: 1,
      steps,
      afterwards: 'hold',
      onError: 'hold',
      tags: { controller: names.other },
    },
  });
}

/** The second service owns the busy table, and changes it when it starts, as services with built-in migrations do. */
export async function letOtherOwnTable(stage: Stage): Promise<void> {
  const { names } = stage.shape;
  await stage.role(names.otherRole);
  await stage.sql(
    `alter table ${pg.escapeIdentifier(names.busyTable)} owner to ${pg.escapeIdentifier(names.otherRole)}`,
  );
}

/** Starts that migration and waits until it queues for its lock. */
export async function startMigration(stage: Stage): Promise<void> {
  const { names } = stage.shape;
  await startOther(stage, [
    `alter table ${pg.escapeIdentifier(names.busyTable)} add column if not exists checked_at timestamptz`,
  ]);
  await stage.until('the migration waits for its lock', async () => {
    const rows = await stage.sql(
      "select from pg_stat_activity where usename = $1 and wait_event_type = 'Lock'",
      [names.otherRole],
    );
    return rows.length > 0;
  });
}

/** A person who has read a row and gone for coffee: idle in a transaction, and in nobody's way. */
export async function startIdleReader(stage: Stage): Promise<void> {
  const { names } = stage.shape;
  const client = await stage.person({ role: names.person, application: names.terminal, direct: true });
  await client.query('begin');
  await client.query(`select count(*) from ${pg.escapeIdentifier(names.sideTable)} where id < 10`);
}
