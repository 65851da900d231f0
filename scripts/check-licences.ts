import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAllowed, type LockedPackage, productionTree } from './licences.ts';

/**
 * Fails when a package that is installed with Firebreak has a licence which scripts/licences.ts does not allow. Each is read
 * from the package itself; one for another platform, which is not here, from the lock file.
 */
const FEWEST_PACKAGES = 100;

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const found = productionTree(packages).map(([path, locked]) => ({
  name: `${path.replace(/^.*node_modules\//, '')}@${locked.version}`,
  licence: licenceOf(path) ?? locked.license ?? null,
}));
const wrong = found.filter(({ licence }) => licence === null || !isAllowed(licence));
for (const { name, licence } of wrong)
  console.error(`${name}: ${licence ?? 'no licence'} is none of those that scripts/licences.ts allows.`);
if (found.length < FEWEST_PACKAGES) {
  console.error(`Only ${found.length} packages were looked at; expected at least ${FEWEST_PACKAGES}.`);
  process.exit(1);
}
console.log(`${found.length} packages, ${wrong.length} wrong licences: ${counts()}.`);
process.exit(wrong.length === 0 ? 0 : 1);

/** What the installed package says; null when it is not installed here or says nothing. */
function licenceOf(path: string): string | null {
  const manifest = join(path, 'package.json');
  if (!existsSync(manifest)) return null;
  const { license } = JSON.parse(readFileSync(manifest, 'utf8')) as { license?: unknown };
  return typeof license === 'string' ? license : null;
}

function counts(): string {
  return [...Map.groupBy(found, ({ licence }) => licence)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([licence, members]) => `${licence ?? 'none'} ${members.length}`)
    .join(', ');
}
