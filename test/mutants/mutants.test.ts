import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mutants, promises } from './mutants.ts';

/** How often the text that a mutant takes away stands in its file. */
function places({ file, was }: { file: string; was: string }): number {
  return existsSync(file) ? readFileSync(file, 'utf8').split(was).length - 1 : 0;
}

it('what each mutant takes away stands once in its file, and becomes something else', () => {
  const rotten = mutants.filter((mutant) => places(mutant) !== 1 || mutant.was === mutant.becomes);
  expect(rotten.map((mutant) => `${mutant.promise} (${mutant.file}): ${places(mutant)} times`)).toEqual([]);
});

it('the tests of each mutant are there', () => {
  const missing = mutants.filter(({ test }) => !test.endsWith('.test.ts') || !existsSync(test));
  expect(missing.map(({ promise, test }) => `${promise} (${test})`)).toEqual([]);
});

it('each part of docs/reliability.md has mutants, and each name tells one from the others', () => {
  const headings = readFileSync('docs/reliability.md', 'utf8').matchAll(/^## (.+)$/gm);
  expect(Object.keys(promises)).toEqual([...headings].map(([, heading]) => heading));
  expect(Object.entries(promises).filter(([, list]) => list.length === 0)).toEqual([]);
  const names = mutants.map(({ promise }) => promise);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
