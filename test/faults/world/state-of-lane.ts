import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { adoptRunningServer } from '../../../src/adapters/embedded-postgres/adoption.ts';
import type { PostgresServer } from '../../../src/adapters/embedded-postgres/server.ts';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import { openState } from '../../../src/adapters/state/open-state.ts';
import { withSession } from '../../../src/drill/victim/connection.ts';
import { temporaryDirectory } from '../../support/rig/temporary-directory.ts';

const quiet = pino({ level: 'silent' });
const TEMPLATE = 'template_of_states';

/** Fresh states at low cost: copies of one that was made once. */
export interface States {
  /** Puts a fresh embedded state into `<directory>/postgres`, not started. */
  embedded(directory: string): Promise<void>;
  /** The URL of a fresh database on the server of the lane, without any table when it is blank. Dropped with the stack. */
  database(stack: AsyncDisposableStack, blank?: boolean): Promise<string>;
  /** The PostgreSQL server of the lane, started at the first use. */
  server(): Promise<PostgresServer>;
}

export function createStates(stack: AsyncDisposableStack): States {
  let template: Promise<string> | undefined;
  let server: Promise<PostgresServer> | undefined;
  let made = 0;
  const serverOfLane = async () => (server ??= startStateServer(stack));
  return {
    server: serverOfLane,
    async embedded(directory) {
      template ??= makeTemplate(stack);
      const source = await template;
      await mkdir(directory, { recursive: true, mode: 0o711 });
      await cp(source, join(directory, 'postgres'), { recursive: true });
    },
    async database(owner, blank = false) {
      const owned = await serverOfLane();
      made += 1;
      const name = `state_${made}`;
      await run(owned.url(), `create database ${name} template ${blank ? 'template0' : TEMPLATE}`);
      owner.defer(async () => run(owned.url(), `drop database ${name} with (force)`));
      return owned.url({ database: name });
    },
  };
}

/** The embedded server that serves a directory now, or null. */
export async function embeddedServer(directory: string): Promise<PostgresServer | null> {
  const dataDirectory = join(directory, 'postgres');
  const listen = { socketDirectory: join(directory, 'socket') };
  return (await adoptRunningServer({ dataDirectory, listen, superuser: 'firebreak' })) ?? null;
}

async function makeTemplate(stack: AsyncDisposableStack): Promise<string> {
  const directory = temporaryDirectory();
  stack.defer(async () => rm(directory, { recursive: true, force: true }));
  const dataDirectory = join(directory, 'postgres');
  await using server = await startPostgres({
    dataDirectory,
    listen: { socketDirectory: join(directory, 'socket') },
  });
  await migrate(server.url());
  return dataDirectory;
}

async function startStateServer(stack: AsyncDisposableStack): Promise<PostgresServer> {
  const directory = temporaryDirectory();
  stack.defer(async () => rm(directory, { recursive: true, force: true }));
  const server = stack.use(
    await startPostgres({ dataDirectory: join(directory, 'state'), listen: { host: '127.0.0.1' } }),
  );
  await run(server.url(), `create database ${TEMPLATE}`);
  await migrate(server.url({ database: TEMPLATE }));
  return server;
}

/** Makes the tables of Firebreak and of its work queue. */
async function migrate(url: string): Promise<void> {
  const state = await openState({ url, logger: quiet, instance: 'template' });
  await state.stop();
}

async function run(url: string, statement: string): Promise<void> {
  await withSession(url, async (session) => {
    await session.query(statement);
  });
}
