import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FirebreakError } from '../../domain/errors.ts';
import { type Account, homeDirectories } from './account.ts';

/**
 * Makes `directory` exist with mode 0700, owned by the account PostgreSQL runs as and reachable by it.
 * The search permission (o+x) is added to the nearest parent that existed, when it belongs to us and is nobody's home;
 * any other closed ancestor is refused with a sentence, since opening it is not ours to decide.
 */
export function ensurePrivateDirectory(directory: string, account: Account | undefined): void {
  const created = mkdirSync(directory, { recursive: true, mode: 0o711 });
  if (created !== undefined) openCreatedParents(created, directory);
  if (account) {
    ensureReachable(dirname(resolve(directory)), dirname(created ?? resolve(directory)), account);
    chownTree(directory, account);
  }
  chmodSync(directory, 0o700);
}

/** True when the account may walk through every directory from the root down to `directory`. */
export function isReachable(directory: string, account: Account): boolean {
  return firstClosedAncestor(directory, account) === undefined;
}

/** Gives a directory and all it contains to the account. Symbolic links themselves are left alone. */
export function chownTree(path: string, account: Account): void {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return;
  if (stats.uid !== account.uid || stats.gid !== account.gid) chownSync(path, account.uid, account.gid);
  if (!stats.isDirectory()) return;
  for (const name of readdirSync(path)) chownTree(join(path, name), account);
}

function openCreatedParents(firstCreated: string, directory: string): void {
  for (let path = dirname(resolve(directory)); path.startsWith(resolve(firstCreated)); path = dirname(path)) {
    chmodSync(path, 0o711);
  }
}

function ensureReachable(parent: string, existing: string, account: Account): void {
  const stats = statSync(existing);
  const mayOpen = stats.uid === process.getuid?.() && !homeDirectories().has(existing);
  if (mayOpen && !mayEnter(existing, account)) chmodSync(existing, (stats.mode & 0o7777) | 0o001);
  const closed = firstClosedAncestor(parent, account);
  if (closed === undefined) return;
  throw new FirebreakError(
    'directory-unusable',
    `PostgreSQL runs as "${account.name}" (it refuses root), and that account may not enter ${closed}.`,
    { hint: `Choose a directory it can reach (for example below /var/lib), or run: chmod o+x ${closed}` },
  );
}

function firstClosedAncestor(directory: string, account: Account): string | undefined {
  const path = resolve(directory);
  const parent = dirname(path);
  const above = parent === path ? undefined : firstClosedAncestor(parent, account);
  if (above !== undefined) return above;
  return mayEnter(path, account) ? undefined : path;
}

function mayEnter(path: string, account: Account): boolean {
  const stats = statSync(path);
  if (stats.uid === account.uid) return (stats.mode & 0o100) !== 0;
  if (stats.gid === account.gid) return (stats.mode & 0o010) !== 0;
  return (stats.mode & 0o001) !== 0;
}
