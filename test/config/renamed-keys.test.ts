import { expect, test } from 'vitest';
import { renamedKeys, withTodaysKeys } from '../../src/config/renamed-keys.ts';
import { ConfigFile } from '../../src/config/schema.ts';
import { problemText } from '../../src/yaml/problems.ts';
import { readSource } from '../../src/yaml/source.ts';

const renamed = [
  { from: 'state.folder', to: 'directory', since: '0.4.0' },
  { from: 'databases.*.address', to: 'url', since: '0.5.0' },
];
const take = (text: string) => withTodaysKeys(readSource(text, 'firebreak.yml'), renamed);

test('an old name means what it meant, and is told with its line', () => {
  const { data, warnings } = take(`state: { folder: /srv/state }
databases:
  - { name: orders, url: one }
  - name: stock
    address: two
`);
  expect(data).toEqual({
    state: { directory: '/srv/state' },
    databases: [
      { name: 'orders', url: 'one' },
      { name: 'stock', url: 'two' },
    ],
  });
  expect(warnings.map(problemText)).toEqual([
    'firebreak.yml:1:10: folder is called directory since 0.4.0; the old name stops working with the next major version',
    'firebreak.yml:5:5: address is called url since 0.5.0; the old name stops working with the next major version',
  ]);
});

test.each(['state: { folder: /a, directory: /b }', 'state: text', 'databases: {}', '{}'])(
  'a file that has both, or none, stays as it is: %s',
  (text) => {
    const { data, warnings } = take(text);
    expect(data).toEqual(readSource(text, 'firebreak.yml').data);
    expect(warnings).toEqual([]);
  },
);

test('every name of today is one that the schema knows', () => {
  const known = JSON.stringify(ConfigFile.toJSONSchema({ io: 'input', unrepresentable: 'any' }));
  for (const { to } of renamedKeys) expect(known).toContain(`"${to}"`);
  expect(known).toContain('"directory"');
});
