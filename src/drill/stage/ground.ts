import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { startPostgres } from '../../adapters/embedded-postgres/start-postgres.ts';
import { claimFolder, DRILL_PREFIX, removeLeftovers } from '../leftovers.ts';
import { withSession } from '../victim/connection.ts';

export const SUPERUSER = 'postgres';
const LISTEN = { host: '127.0.0.1' };

/** What scenarios that run one after another share, so that each starts fresh within seconds. */
export interface Ground extends AsyncDisposable {
  readonly directory: string;
  /** Copies a new, empty server to this path; nothing runs there yet. */
  copyServer(to: string): Promise<void>;
  /** URL of an empty database for Firebreak's own state, on a server beside those that scenarios break. */
  newState(): Promise<string>;
}

/** Creates a server once to copy it from, and starts the server of the states. */
export async function prepareGround(options: { logger: Logger; signal: AbortSignal }): Promise<Ground> {
  const { logger, signal } = options;
  await using parts = new AsyncDisposableStack();
  await removeLeftovers(logger);
  const directory = await mkdtemp(join(tmpdir(), DRILL_PREFIX));
  parts.defer(async () => rm(directory, { recursive: true, force: true }));
  await claimFolder(directory);
  const template = join(directory, 'template');
  const first = await startPostgres({
    dataDirectory: template,
    superuser: SUPERUSER,
    listen: LISTEN,
    signal,
  });
  await first.stop();
  const states = join(directory, 'states');
  const copyServer = async (to: string) => cp(template, to, { recursive: true, verbatimSymlinks: true });
  await copyServer(states);
  const server = parts.use(
    await startPostgres({ dataDirectory: states, superuser: SUPERUSER, listen: LISTEN, signal }),
  );
  let number = 0;
  const owned = parts.move();
  return {
    directory,
    copyServer,
    async newState() {
      number += 1;
      const database = `state_${number}`;
      await withSession(server.url(), (admin) => admin.query(`create database ${database}`));
      return server.url({ database });
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}
