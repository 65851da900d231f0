import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { lockDirectory } from './adapters/embedded-postgres/directory-lock.ts';
import { startPostgres } from './adapters/embedded-postgres/start-postgres.ts';
import type { Config } from './config/config.ts';

/**
 * The URL of Firebreak's own database: the configured one, or that of the embedded server, which is started
 * here under a lock on its folder and stopped with the stack.
 */
export async function provideStateUrl(
  state: Config['state'],
  started: AsyncDisposableStack,
  logger: Logger,
): Promise<string> {
  if (state.url !== null) return state.url.reveal();
  const directory = resolve(state.directory);
  started.use(lockDirectory(directory));
  const server = await startPostgres({
    dataDirectory: join(directory, 'postgres'),
    listen: { socketDirectory: join(directory, 'socket') },
    logger,
  });
  started.defer(async () => server.stop());
  return server.url();
}
