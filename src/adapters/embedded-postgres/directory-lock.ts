import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FirebreakError } from '../../domain/errors.ts';

/**
 * Holds a folder for this process. The kernel frees it when the process dies, however it dies:
 * SQLite's exclusive lock is a lock on an open file. The file stands beside the folder, not in it.
 *
 * Throws `state-busy` when another process holds it.
 */
export function lockDirectory(directory: string): Disposable {
  mkdirSync(dirname(directory), { recursive: true });
  const database = new DatabaseSync(`${directory}.lock`, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS owner (pid)');
  } catch (cause) {
    database.close();
    throw new FirebreakError('state-busy', `Another Firebreak uses the state in ${directory}.`, {
      hint: 'Only one process can use it: stop the other one. To run several replicas, give them one PostgreSQL for all (state.url).',
      cause,
    });
  }
  return { [Symbol.dispose]: () => database.close() };
}
