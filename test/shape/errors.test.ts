import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorCodes } from '../../src/domain/errors.ts';
import { filesBelow } from './source-files.ts';

const TABLE = 'src/domain/errors.ts';
const sources = [...filesBelow('src'), ...filesBelow('bin')]
  .filter((file) => /\.(?:ts|mjs)$/.test(file) && file !== TABLE)
  .map((file) => readFileSync(file, 'utf8'));
const documented = readFileSync('docs/errors.md', 'utf8');
/** Every error without a code of its own gets it where errors are described, beside the table. */
const codes = Object.keys(errorCodes).filter((code) => code !== 'internal');

it.each(codes)('the error code %s is used and documented', (code) => {
  const used = sources.some((text) => text.includes(`'${code}'`) || text.includes(`error [${code}]`));
  expect(used, `nothing in src throws or maps to ${code}: remove it from ${TABLE}`).toBe(true);
  expect(documented).toContain(`\`${code}\``);
});
