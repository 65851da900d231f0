import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/sandbox/kubernetes/objects.ts';
import { applyPatch } from '../../../src/sandbox/kubernetes/patch/apply-patch.ts';
import { jsonPatch } from '../../../src/sandbox/kubernetes/patch/json-patch.ts';
import type { Writer } from '../../../src/sandbox/kubernetes/patch/managed-fields.ts';
import { mergePatch } from '../../../src/sandbox/kubernetes/patch/merge-patch.ts';
import { strategicMergePatch } from '../../../src/sandbox/kubernetes/patch/strategic-merge-patch.ts';

const pod = {
  spec: {
    containers: [
      { name: 'a', image: 'one', args: ['x'] },
      { name: 'b', image: 'two' },
    ],
  },
};

test('a merge patch replaces lists, a strategic one merges them by key', () => {
  const patch = { spec: { containers: [{ name: 'b', image: 'three' }] } };
  expect(mergePatch(pod, patch)).toEqual(patch);
  expect(strategicMergePatch(pod, patch)).toEqual({
    spec: {
      containers: [
        { name: 'a', image: 'one', args: ['x'] },
        { name: 'b', image: 'three' },
      ],
    },
  });
});

test('a strategic patch puts new items in front, and keeps its own order and that of the rest', () => {
  const env = (...names: string[]) => ({ env: names.map((name) => ({ name })) });
  expect(strategicMergePatch(env('A', 'URL', 'B'), env('PASSWORD', 'URL'))).toEqual(
    env('PASSWORD', 'A', 'URL', 'B'),
  );
  expect(strategicMergePatch(env('A', 'B', 'URL'), env('B', 'NEW', 'URL'))).toEqual(
    env('A', 'B', 'NEW', 'URL'),
  );
});

test('strategic directives delete and replace', () => {
  const remove = { spec: { containers: [{ name: 'a', $patch: 'delete' }] } };
  expect(strategicMergePatch(pod, remove)).toEqual({ spec: { containers: [{ name: 'b', image: 'two' }] } });
  const replace = { spec: { $patch: 'replace', containers: [{ name: 'c' }] } };
  expect(strategicMergePatch(pod, replace)).toEqual({ spec: { containers: [{ name: 'c' }] } });
  const list = { metadata: { finalizers: ['x', 'y'] } };
  const drop = { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } };
  expect(strategicMergePatch(list, drop)).toEqual({ metadata: { finalizers: ['y'] } });
});

test('a JSON patch never changes its input, and may replace what is missing', () => {
  const before = structuredClone(pod);
  const patched = jsonPatch(pod, [{ op: 'replace', path: '/spec/nodeName', value: 'n' }]);
  expect(patched.spec).toMatchObject({ nodeName: 'n' });
  expect(pod).toEqual(before);
  expect(() => jsonPatch(pod, [{ op: 'remove', path: '/spec/nodeName' }])).toThrow(
    'the server rejected our request',
  );
});

test('apply removes what its manager left out, but not what somebody else owns too', () => {
  const writer = (manager: string): Writer => ({
    manager,
    operation: 'Apply',
    apiVersion: 'v1',
    subresource: '',
    time: '2026-01-01T00:00:00Z',
  });
  const metadata = { name: 'x', uid: '1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  let live: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
  const apply = (manager: string, data: object) => {
    const { object, managedFields } = applyPatch(live, { data }, writer(manager), false);
    live = { ...live, ...object, metadata: { ...live.metadata, managedFields } };
    return live.data;
  };
  expect(apply('one', { a: '1', b: '2' })).toEqual({ a: '1', b: '2' });
  expect(apply('two', { b: '2', c: '3' })).toEqual({ a: '1', b: '2', c: '3' });
  expect(apply('one', {})).toEqual({ b: '2', c: '3' });
  expect(() => apply('one', { b: 'mine', c: 'mine' })).toThrow(
    'Apply failed with 2 conflicts: conflicts with "two" using v1:\n- .data.b\n- .data.c',
  );
});
