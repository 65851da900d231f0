import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { PostgresServer } from '../../../src/adapters/embedded-postgres/server.ts';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import { startReplica } from '../../../src/adapters/embedded-postgres/start-replica.ts';
import { openState } from '../../../src/adapters/state/open-state.ts';
import { withSession } from '../../../src/drill/victim/connection.ts';
import { temporaryDirectory } from '../../support/rig/temporary-directory.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

const quiet = pino({ level: 'silent' });
const ROLE = 'firebreak_state';

/** A fresh state on a server of one's own, reached through a place where it can be disturbed. */
export interface DisturbedState {
  readonly database: string;
  /** Straight to the server that holds the truth now. */
  readonly url: () => string;
  readonly reached: string;
  readonly proxy: TcpProxy;
  /** Runs a statement as superuser. */
  run(statement: string): Promise<void>;
  /** Ends every session of Firebreak, so that what was set takes hold. */
  endSessions(): Promise<void>;
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  /** Makes a replica; `promote` lets it take over once the primary is gone. */
  replica(synchronous: boolean): Promise<{ promote(): Promise<void> }>;
}

const SETTINGS = { wal_keep_size: '64MB', max_connections: 60 };

/** Starts a server for one fault: what a fault does to a server, no other fault shall see. */
export async function disturbedState(stack: AsyncDisposableStack): Promise<DisturbedState> {
  const directory = temporaryDirectory();
  stack.defer(async () => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const place = {
    dataDirectory: join(directory, 'primary'),
    settings: SETTINGS,
    hba: ['host all all 127.0.0.1/32 trust'],
  };
  let server = await startPostgres({ ...place, listen: { host: '127.0.0.1' } });
  const { host, port } = server;
  stack.defer(async () => server.stop('immediate'));
  const database = 'state';
  const run = async (statement: string) =>
    withSession(server.url(), async (session) => {
      await session.query(statement);
    });
  await run(`create role ${ROLE} login`);
  await run(`create database ${database} owner ${ROLE}`);
  const as = (current: PostgresServer) => current.url({ user: ROLE, database, password: 'unused' });
  const state = await openState({ url: as(server), logger: quiet, instance: 'template' });
  await state.stop();
  const proxy = stack.use(await startTcpProxy({ host, port }));
  const reached = new URL(as(server));
  reached.port = String(proxy.port);
  return {
    database,
    url: () => server.url({ database }),
    reached: reached.href,
    proxy,
    run,
    endSessions: async () =>
      run(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${ROLE}'`),
    stop: async (mode) => server.stop(mode),
    async start() {
      server = await startPostgres({ ...place, listen: { host, port } });
    },
    async replica(synchronous) {
      const dataDirectory = join(directory, 'replica');
      const options = { ...place, dataDirectory, listen: { host: '127.0.0.1' } };
      const copy = await startReplica(server, { ...options, applicationName: 'replica' });
      if (synchronous) {
        await run("alter system set synchronous_standby_names = 'replica'");
        await run('select pg_reload_conf()');
        stack.defer(async () => copy.stop('immediate'));
      } else await copy.stop('fast');
      return {
        async promote() {
          const next = synchronous ? copy : await startPostgres(options);
          await withSession(next.url(), async (session) => {
            await session.query('alter system reset synchronous_standby_names');
            await session.query('select pg_promote(), pg_reload_conf()');
          });
          server = next;
          stack.defer(async () => next.stop('immediate'));
          proxy.leadTo({ host: next.host, port: next.port });
        },
      };
    },
  };
}
