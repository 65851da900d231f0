import type pg from 'pg';
import { FirebreakError } from '../../domain/errors.ts';
import { addressOf, urlFor, withSession } from './connection.ts';
import { createRoles, dropRoles, MARKER, type Passwords, refuseForeignRoles } from './roles.ts';
import { seedShop, shopSize } from './seed.ts';
import type { StartVictimOptions, Victim } from './victim.ts';
import { victimUrls } from './victim-urls.ts';

const DATABASE = 'firebreak_drill';

/**
 * Adds the shop's database and roles to a server of the user's own, which `stop` drops again.
 * @throws FirebreakError `drill-server` when it is a standby, or has a database or role of these names that no drill created.
 */
export async function startExternalVictim(
  options: StartVictimOptions & { existingUrl: string },
): Promise<Victim> {
  const { existingUrl, existingReplicaUrl } = options;
  await using failed = new AsyncDisposableStack();
  const passwords = await withSession(existingUrl, async (admin) => {
    await refuseUnsuitable(admin);
    failed.defer(() => withSession(existingUrl, removeEverything));
    return createDatabase(admin);
  });
  const size = shopSize(options.scale);
  await withSession(urlFor(existingUrl, DATABASE), (client) => seedShop(client, size, options));
  const resources = failed.move();
  const stop = (): Promise<void> => resources.disposeAsync();
  return {
    database: DATABASE,
    primary: addressOf(existingUrl),
    replica: existingReplicaUrl === undefined ? undefined : addressOf(existingReplicaUrl),
    cores: undefined,
    passwords,
    size,
    urls: victimUrls(DATABASE, passwords, { primary: existingUrl, replica: existingReplicaUrl }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function refuseUnsuitable(admin: pg.Client): Promise<void> {
  const standby = await admin.query<{ recovery: boolean }>('select pg_is_in_recovery() as recovery');
  if (standby.rows[0]?.recovery) {
    throw new FirebreakError(
      'drill-server',
      'The server of the drill is a standby, which cannot be written to.',
      { hint: 'Give the URL of its primary.' },
    );
  }
  await refuseForeignRoles(admin);
  const comment = await databaseComment(admin);
  if (comment === undefined || comment === MARKER) return;
  throw new FirebreakError(
    'drill-server',
    `The server already has a database "${DATABASE}" that the drill did not create, so it is left alone.`,
    { hint: 'Rename that database, or use another server.' },
  );
}

/** The comment on the drill's database: undefined when there is no such database, null when it has no comment. */
async function databaseComment(admin: pg.Client): Promise<string | null | undefined> {
  const found = await admin.query<{ comment: string | null }>(
    `select shobj_description(oid, 'pg_database') as comment from pg_database where datname = $1`,
    [DATABASE],
  );
  return found.rows[0]?.comment;
}

async function createDatabase(admin: pg.Client): Promise<Passwords> {
  await admin.query(`drop database if exists ${DATABASE} with (force)`);
  const passwords = await createRoles(admin);
  await admin.query(`create database ${DATABASE}`);
  await admin.query(`comment on database ${DATABASE} is '${MARKER}'`);
  return passwords;
}

async function removeEverything(admin: pg.Client): Promise<void> {
  await admin.query(`drop database if exists ${DATABASE} with (force)`);
  await dropRoles(admin);
}
