import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const EXTENSIONS = '/usr/share/postgresql';

/** The major version of Debian's PostgreSQL that has the extension hypopg; undefined where there is none. */
export const hypopgMajor: string | undefined = (
  existsSync(EXTENSIONS) ? readdirSync(EXTENSIONS) : []
).findLast(
  (major) =>
    existsSync(join(EXTENSIONS, major, 'extension', 'hypopg.control')) &&
    existsSync(`/usr/lib/postgresql/${major}/bin/postgres`),
);

/**
 * Debian's programs in the form of the packages that come with npm, which have no extensions of others; made in this
 * folder. Returns what `startPostgres` takes as `package`.
 */
export function debianPostgres(folder: string): string {
  if (hypopgMajor === undefined) throw new Error('Debian’s PostgreSQL with hypopg is not installed.');
  // Run by root, PostgreSQL takes another account, which has to get in.
  chmodSync(folder, 0o711);
  const made = join(folder, 'package');
  mkdirSync(join(made, 'dist'), { recursive: true });
  writeFileSync(
    join(made, 'package.json'),
    JSON.stringify({ name: 'debian', version: `${hypopgMajor}.0.0` }),
  );
  writeFileSync(join(made, 'dist', 'index.js'), '');
  symlinkSync(`/usr/lib/postgresql/${hypopgMajor}`, join(made, 'native'));
  return join(made, 'dist', 'index.js');
}
