import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { causeKinds } from '../../src/diagnosis/cause-kinds.ts';

const page = readFileSync('docs/diagnosis.md', 'utf8');

it.each(causeKinds)('docs/diagnosis.md has a row for %s', (kind) => {
  expect(page).toContain(`\n| \`${kind}\` |`);
});
