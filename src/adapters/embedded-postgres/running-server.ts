import { rmSync } from 'node:fs';
import { type Postmaster, stopPostmaster } from './postmaster.ts';
import type { ProbeTarget } from './probe.ts';
import type { PostgresServer } from './server.ts';

/** Wraps a postmaster that answers into the handle that callers hold. */
export function runningServer(parts: {
  dataDirectory: string;
  target: ProbeTarget;
  postmaster: Pick<Postmaster, 'pid' | 'hasExited'>;
  adopted: boolean;
  temporarySocketDirectory: string | undefined;
}): PostgresServer {
  const { dataDirectory, target, postmaster } = parts;
  let stopping: Promise<void> | undefined;

  async function stopOnce(mode: 'fast' | 'immediate'): Promise<void> {
    await stopPostmaster(dataDirectory, postmaster, mode);
    if (parts.temporarySocketDirectory)
      rmSync(parts.temporarySocketDirectory, { recursive: true, force: true });
  }

  function stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    stopping ??= stopOnce(mode);
    return stopping;
  }

  return {
    dataDirectory,
    pid: postmaster.pid,
    host: target.host,
    port: target.port,
    adopted: parts.adopted,
    superuser: target.superuser,
    hasExited: () => postmaster.hasExited(),
    url: (options = {}) => connectionUrl(target, options),
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

function connectionUrl(
  target: ProbeTarget,
  options: { user?: string; database?: string; password?: string },
): string {
  const user = options.user ?? target.superuser;
  const isSocket = target.host.startsWith('/');
  const known = user === target.superuser && !isSocket ? target.password : undefined;
  const password = options.password ?? known;
  const credentials = `${encodeURIComponent(user)}${password === undefined ? '' : `:${encodeURIComponent(password)}`}`;
  const database = encodeURIComponent(options.database ?? 'postgres');
  if (isSocket) {
    return `postgresql://${credentials}@localhost/${database}?host=${encodeURIComponent(target.host)}&port=${target.port}`;
  }
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return `postgresql://${credentials}@${host}:${target.port}/${database}`;
}
