import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow } from './source-files.ts';

/** The modules that a file imports by a relative path, types included, as paths from the root of the project. */
function importsOf(file: string): string[] {
  const found = readFileSync(file, 'utf8').matchAll(/(?:from|import|import\() ?'(\.[^']+)'/g);
  return [...found].map(([, path = '']) => join(dirname(file), path).replaceAll('\\', '/'));
}

const tests = filesBelow('test').filter((file) => file.endsWith('.ts'));
const importedByTests = new Set(tests.flatMap(importsOf));

/** Files of a folder that a test imports, and the files of the same folder that those need. */
function reached(folder: string): Set<string> {
  const files = new Set(filesBelow(folder));
  const seen = new Set<string>();
  const queue = [...importedByTests].filter((file) => files.has(file));
  for (const file of queue) {
    if (seen.has(file)) continue;
    seen.add(file);
    queue.push(...importsOf(file).filter((next) => files.has(next)));
  }
  return seen;
}

const folders = [
  ...new Set(filesBelow('src/adapters').map((file) => file.split('/').slice(0, 3).join('/'))),
  'src/steps',
];

describe('a test imports each file, itself or through a file of its folder', () => {
  it.each(folders)('%s', (folder) => {
    const files = filesBelow(folder).filter((file) => file.endsWith('.ts'));
    const reachable = reached(folder);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !reachable.has(file))).toEqual([]);
  });
});
