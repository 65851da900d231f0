import { expect, test } from 'vitest';
import { readTags } from '../../../src/adapters/postgres/tags.ts';

test.each([
  ["/*app='shop',route='%2Forders%20new'*/ select 1", { app: 'shop', route: '/orders new' }],
  ["select 1 /*traceparent='00-5bd-01',db_driver='pg'*/;", { traceparent: '00-5bd-01', db_driver: 'pg' }],
  ["/*a='1'*/ select 1 /*b='it\\'s'*/", { a: '1', b: "it's" }],
  ["select 1 /* name='x' and more */", {}],
  ['/* a comment about bob */ select 1', {}],
  ["select '/*a=''x''*/'", {}],
  ["/*bad='%ZZ'*/ select 1", { bad: '%ZZ' }],
  ["/*a='x%0Ay'*/ select 1", { a: 'x y' }],
  ['select 1', {}],
])('%s', (text, tags) => {
  expect(readTags(text)).toEqual(tags);
});

test('a hostile comment is neither long nor slow', () => {
  const many = Array.from({ length: 100 }, (_, index) => `k${index}='${'v'.repeat(500)}'`).join(',');
  const tags = readTags(`/*${many}*/ select 1`);
  expect(Object.keys(tags)).toHaveLength(20);
  expect(tags.k0).toHaveLength(200);
  expect(readTags(`/*${"a='".repeat(1500)}`)).toEqual({});
});
