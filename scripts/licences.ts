/** SPDX identifiers that may come with Firebreak (Apache-2.0): permissive ones, and copyleft that ends at its own files. */
export const allowed: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'PSF-2.0',
  'Unlicense',
]);

/**
 * Whether a licence of a package.json may come along: of `OR` one alternative, of `AND` every part. Whatever is no list
 * of identifiers with one of them, such as `SEE LICENSE IN x` or parentheses within parentheses, may not. Pure.
 */
export function isAllowed(expression: string): boolean {
  const list = expression.replace(/^\((?<inner>[^()]*)\)$/, '$<inner>').trim();
  const alternatives = list.split(' OR ');
  const parts = list.split(' AND ');
  if (alternatives.length > 1 && parts.length > 1) return false;
  return alternatives.length > 1
    ? alternatives.some((one) => allowed.has(one))
    : parts.every((one) => allowed.has(one));
}

/** A package as a lock file of npm has it. */
export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

/** The packages that are installed with Firebreak, by their path: all but its own and those for its development. Pure. */
export function productionTree(
  packages: Readonly<Record<string, LockedPackage>>,
): readonly (readonly [path: string, locked: LockedPackage])[] {
  return Object.entries(packages).filter(
    ([path, { dev, link }]) => path !== '' && dev !== true && link !== true,
  );
}
