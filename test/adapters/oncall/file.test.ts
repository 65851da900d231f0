import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createOnCall } from '../../../src/adapters/oncall/on-call.ts';
import { temporaryDirectory } from '../embedded-postgres/support.ts';

const { signal } = new AbortController();

function fileWith(text: string) {
  const directory = temporaryDirectory();
  onTestFinished(() => directory[Symbol.dispose]());
  const path = join(directory.path, 'on-call.yml');
  writeFileSync(path, text);
  let now = new Date('2026-11-15T14:23:00Z');
  const onCall = createOnCall([{ name: 'by-hand', type: 'file', path }], {
    fetch: () => Promise.reject(new Error('a file asks nobody')),
    clock: { now: () => now },
  });
  return {
    path,
    at: (iso: string) => {
      now = new Date(iso);
    },
    names: async () => (await onCall.now('by-hand', signal)).map(({ name }) => name),
    people: () => onCall.now('by-hand', signal),
  };
}

const shifts = `onCall:
  - { name: Ada, slack: U0ADA1234, from: 2026-11-15T09:00:00Z, until: 2026-11-15T21:00:00Z }
  - { name: Bea, email: bea@acme.example, from: 2026-11-15T21:00:00Z, until: 2026-11-16T09:00:00+01:00 }
`;

it('names who is on call by the clock, from the first second of a shift until the last', async () => {
  const file = fileWith(shifts);
  expect(await file.people()).toEqual([
    { name: 'Ada', email: null, slackId: 'U0ADA1234', until: '2026-11-15T21:00:00Z' },
  ]);
  file.at('2026-11-15T21:00:00Z');
  expect(await file.names()).toEqual(['Bea']);
  file.at('2026-11-16T08:00:00Z');
  expect(await file.names()).toEqual([]);
});

it('reads it again when it changes, also as JSON', async () => {
  const file = fileWith(shifts);
  expect(await file.names()).toEqual(['Ada']);
  writeFileSync(file.path, JSON.stringify({ onCall: [{ name: 'Cai' }] }));
  expect(await file.names()).toEqual(['Cai']);
});

it.each([
  ['broken YAML', 'onCall: [', ':1:10: the YAML cannot be read'],
  ['an unknown key', 'onCall: [{ name: Ada, mail: x }]', 'onCall.0: '],
  ['a time without a zone', 'onCall: [{ name: Ada, until: 2026-11-15 }]', 'onCall.0.until: expected a time'],
  ['a name as a Slack id', 'onCall: [{ name: Ada, slack: ada }]', 'onCall.0.slack: expected a Slack user id'],
])('takes nobody for on call because of %s, and says where it is', async (_what, text, message) => {
  const file = fileWith(text);
  await expect(file.people()).rejects.toMatchObject({ code: 'on-call-error' });
  await expect(file.people()).rejects.toThrow(message);
});

it('says that the file is not there', async () => {
  const onCall = createOnCall([{ name: 'by-hand', type: 'file', path: '/nowhere/on-call.yml' }], {
    fetch: () => Promise.reject(new Error('a file asks nobody')),
    clock: { now: () => new Date() },
  });
  await expect(onCall.now('by-hand', signal)).rejects.toMatchObject({ code: 'on-call-unreachable' });
});
