import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { causeKinds } from '../../src/diagnosis/cause-kinds.ts';

const text = readFileSync('docs/diagnosis.md', 'utf8');

it('docs/diagnosis.md tells each cause, in the order in which they are believed, and no other', () => {
  const [, causes = ''] = text.split('## Causes');
  const told = [...(causes.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)` \|/gm)].map(([, kind]) => kind);
  expect(told).toEqual(causeKinds);
});

it('every row says the signals, the first action, and what will not help', () => {
  const rows = text.split('\n').filter((row) => /^\| `[a-z-]+` \| .* \| .* \| .* \|$/.test(row));
  expect(rows).toHaveLength(causeKinds.length);
});
