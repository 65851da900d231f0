import { expect, it } from 'vitest';
import { isAllowed, productionTree } from '../../scripts/licences.ts';

it.each(['MIT', 'Apache-2.0', '(MIT OR CC0-1.0)', 'MIT OR GPL-3.0-only', 'MIT AND BSD-3-Clause'])(
  '%s may come along',
  (licence) => {
    expect(isAllowed(licence)).toBe(true);
  },
);

it.each([
  '',
  'GPL-3.0-only',
  'MIT AND GPL-3.0-only',
  'SEE LICENSE IN LICENSE.txt',
  'UNLICENSED',
  '(MIT OR GPL-3.0-only) AND AGPL-3.0-only',
  'MIT AND AGPL-3.0-only OR Apache-2.0',
  'GPL-2.0-only WITH Classpath-exception-2.0',
])('"%s" may not', (licence) => {
  expect(isAllowed(licence)).toBe(false);
});

it('looks at what is installed with Firebreak, optional packages included', () => {
  const packages = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/a/node_modules/b': { version: '2.0.0', optional: true },
    'node_modules/tool': { version: '3.0.0', dev: true },
    'node_modules/own': { link: true },
  };
  expect(productionTree(packages).map(([path]) => path)).toEqual([
    'node_modules/a',
    'node_modules/a/node_modules/b',
  ]);
});
