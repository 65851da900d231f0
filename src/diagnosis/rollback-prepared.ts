import type { PreparedTransaction } from '../domain/snapshot.ts';

/** The exact statement that gives up a prepared transaction; to be run as its owner or a superuser in its own database. */
export function rollbackStatement({ gid }: Pick<PreparedTransaction, 'gid'>): string {
  const quoted = `'${gid.replaceAll("'", "''")}'`;
  return `ROLLBACK PREPARED ${gid.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted};`;
}
