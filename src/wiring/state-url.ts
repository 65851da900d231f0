import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { adoptRunningServer } from '../adapters/embedded-postgres/adoption.ts';
import { lockDirectory } from '../adapters/embedded-postgres/directory-lock.ts';
import { startPostgres } from '../adapters/embedded-postgres/start-postgres.ts';
import { supervise } from '../adapters/embedded-postgres/supervise.ts';
import type { Config } from '../config/config.ts';
import { isFirebreakError } from '../domain/errors.ts';

/** Where the embedded server lives. */
function embedded(state: Config['state']) {
  const directory = resolve(state.directory);
  return {
    dataDirectory: join(directory, 'postgres'),
    listen: { socketDirectory: join(directory, 'socket') },
  };
}

/**
 * The URL of Firebreak's own database: the configured one, or that of the embedded server, which is started
 * here under a lock on its folder, started again when it ends by itself, and stopped with the stack. A start that is
 * stopped meanwhile leaves nothing that runs, and rejects with the signal's reason.
 */
export async function provideStateUrl(
  state: Config['state'],
  started: AsyncDisposableStack,
  logger: Logger,
  stopped = new AbortController().signal,
): Promise<string> {
  if (state.url !== null) return state.url.reveal();
  started.use(lockDirectory(resolve(state.directory)));
  const place = embedded(state);
  const server = await startPostgres({ ...place, logger, signal: stopped });
  const listen = { socketDirectory: server.host, port: server.port };
  const start = async (signal: AbortSignal) => startPostgres({ ...place, listen, logger, signal });
  started.use(supervise(server, { start, logger }));
  return server.url();
}

/** The password of an external state database as it is now; undefined for an embedded one, which has none. */
export function statePassword({ url }: Config['state']): (() => string) | undefined {
  if (url === null) return undefined;
  return () => decodeURIComponent(URL.parse(url.reveal())?.password ?? '');
}

/**
 * Like provideStateUrl, for commands that only read: an embedded server that a running Firebreak holds is shared
 * with it and left running.
 */
export async function reachStateUrl(
  state: Config['state'],
  started: AsyncDisposableStack,
  logger: Logger,
): Promise<string> {
  try {
    return await provideStateUrl(state, started, logger);
  } catch (error) {
    if (!isFirebreakError(error) || error.code !== 'state-busy') throw error;
    const running = await adoptRunningServer({ ...embedded(state), superuser: 'firebreak' });
    if (running === undefined) throw error;
    return running.url();
  }
}
