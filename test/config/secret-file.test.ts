import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { OVERLAP_MS, secretInFile } from '../../src/config/secret-file.ts';

function withFile(text: string) {
  const directory = mkdtempSync(join(tmpdir(), 'firebreak-secret-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'token');
  writeFileSync(file, text);
  let now = 0;
  return {
    secret: secretInFile(file, 'a token', () => now),
    write: (next: string) => writeFileSync(file, next),
    remove: () => rmSync(file),
    wait: (ms: number) => {
      now += ms;
    },
  };
}

test('a file that is replaced is taken up within a second, and a form that was made of it too', () => {
  const { secret, write, wait } = withFile('first\n');
  const upper = secret.map((text) => text.toUpperCase());
  expect(secret.reveal()).toBe('first');
  write('second\n');
  wait(1_000);
  expect([secret.reveal(), upper.reveal()]).toEqual(['second', 'SECOND']);
});

test('the secret before proves a sender until the overlap is over, and no older one', () => {
  const { secret, write, wait } = withFile('first');
  expect(secret.accepted()).toEqual(['first']);
  for (const next of ['second', 'third']) {
    write(next);
    wait(1_000);
    secret.reveal();
  }
  expect(secret.accepted()).toEqual(['third', 'second']);
  wait(OVERLAP_MS - 1_000);
  expect(secret.accepted()).toEqual(['third', 'second']);
  wait(1_000);
  expect(secret.accepted()).toEqual(['third']);
});

test('a file that is empty or gone for a moment changes nothing', () => {
  const { secret, write, remove, wait } = withFile('first');
  write('');
  wait(1_000);
  expect(secret.reveal()).toBe('first');
  remove();
  wait(1_000);
  expect(secret.accepted()).toEqual(['first']);
  write('second');
  wait(1_000);
  expect(secret.reveal()).toBe('second');
});

test('without the file nothing starts', () => {
  expect(() => secretInFile('/nowhere/token', 'a token')).toThrow(
    expect.objectContaining({ code: 'missing-secret', message: expect.stringContaining('/nowhere/token') }),
  );
});
