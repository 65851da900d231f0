import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, hashJson } from '../../src/domain/json.ts';

it('writes one text for one value, whatever the order of its keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it('gives different values different hashes', () => {
  expect(hashJson({ a: 1, b: [1, 2] })).not.toBe(hashJson({ a: 1, b: [2, 1] }));
  expect(hashJson('1')).not.toBe(hashJson(1));
  expect(hashJson({ a: undefined })).toBe(hashJson({}));
});
