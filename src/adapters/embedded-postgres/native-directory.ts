import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { errorCodeOf, FirebreakError } from '../../domain/errors.ts';
import type { Account } from './account.ts';
import { isReachable } from './directories.ts';

const linkListSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The package's `native` folder with its library links in place. npm packages cannot contain symbolic links, so the
 * package lists them in `native/pg-symlinks.json` and makes them in an install script; where scripts are switched off
 * (`npm ci --ignore-scripts`) they are made here. A folder that is read-only, or that the account cannot reach, is
 * copied to `spareDirectory` first (60 MB).
 */
export function usableNativeDirectory(
  packageDirectory: string,
  options: { account: Account | undefined; spareDirectory: string; version: string },
): string {
  const native = join(packageDirectory, 'native');
  const reachable = options.account === undefined || isReachable(native, options.account);
  if (reachable && (linksComplete(packageDirectory) || makeLinks(packageDirectory))) return native;
  return join(copyPackage(packageDirectory, options), 'native');
}

function readLinks(packageDirectory: string): z.infer<typeof linkListSchema> {
  const list = join(packageDirectory, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  return linkListSchema.parse(JSON.parse(readFileSync(list, 'utf8')));
}

function linksComplete(packageDirectory: string): boolean {
  return readLinks(packageDirectory).every((link) => existsSync(join(packageDirectory, link.target)));
}

/** Makes the missing links; false when the folder is not writable. Safe when two processes do it at once. */
function makeLinks(packageDirectory: string): boolean {
  if (!isWritable(packageDirectory)) return false;
  for (const { source, target } of readLinks(packageDirectory)) {
    const link = join(packageDirectory, target);
    if (existsSync(link)) continue;
    try {
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(relative(dirname(link), join(packageDirectory, source)), link);
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return false;
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

function isWritable(packageDirectory: string): boolean {
  try {
    accessSync(join(packageDirectory, 'native', 'lib'), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function copyPackage(packageDirectory: string, options: { spareDirectory: string; version: string }): string {
  const copy = join(options.spareDirectory, `postgresql-binaries-${options.version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  try {
    mkdirSync(unfinished, { recursive: true, mode: 0o755 });
    cpSync(join(packageDirectory, 'native'), join(unfinished, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    makeLinks(unfinished);
    renameSync(unfinished, copy);
  } catch (cause) {
    rmSync(unfinished, { recursive: true, force: true });
    if (existsSync(copy)) return copy;
    throw new FirebreakError(
      'postgres-binaries',
      `The PostgreSQL binaries in ${packageDirectory} cannot be used there, and copying them to ${copy} failed.`,
      { hint: 'Make one of the two writable and reachable, then start again.', cause },
    );
  }
  return copy;
}
