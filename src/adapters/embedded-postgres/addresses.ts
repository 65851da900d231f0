import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCodeOf, FirebreakError } from '../../domain/errors.ts';

/** Where a server listens: on a unix socket in a private directory, or on a TCP address. Port 0 means a free one. */
export type Listen =
  | { readonly socketDirectory: string; readonly port?: number }
  | { readonly host: string; readonly port?: number };

/** The address in use: `host` is an IP address or the socket directory. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The longest path of a unix socket on Linux in bytes; macOS has 103. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;
const DEFAULT_PORT = 5432;

/** True when `listen` asks for a unix socket. */
export function isSocket(listen: Listen): listen is Extract<Listen, { socketDirectory: string }> {
  return 'socketDirectory' in listen;
}

/** A directory whose socket path fits into the system's limit: the wanted one, or a short temporary one. */
export function fittingSocketDirectory(
  wanted: string,
  port = DEFAULT_PORT,
): { directory: string; temporary: boolean } {
  const path = join(wanted, `.s.PGSQL.${port}.lock`);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return { directory: wanted, temporary: false };
  const root = tmpdir().length < 40 ? tmpdir() : '/tmp';
  return { directory: mkdtempSync(join(root, 'firebreak-socket-')), temporary: true };
}

/** The port to listen on: the wanted one after a check that it is free, or any free one for 0 or undefined. */
export async function choosePort(listen: Listen): Promise<number> {
  if (isSocket(listen)) return listen.port ?? DEFAULT_PORT;
  return probePort(listen.host, listen.port ?? 0);
}

function probePort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) => reject(explainBind(cause, host, port)));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(found));
    });
  });
}

function explainBind(cause: Error, host: string, port: number): FirebreakError {
  if (errorCodeOf(cause) === 'EADDRINUSE') {
    return new FirebreakError('port-taken', `Port ${port} on ${host} is taken by another server.`, {
      hint: 'Choose another port, or 0 for a free one.',
      cause,
    });
  }
  return new FirebreakError(
    'postgres-failed',
    `PostgreSQL cannot listen on ${host}:${port}: ${cause.message}.`,
    {
      hint: 'Choose an address that this machine has, and a port that the user of the process may use.',
      cause,
    },
  );
}
