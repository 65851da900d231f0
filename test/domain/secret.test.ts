import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';

it('shows a secret in no text form', () => {
  const secret = new Secret('xoxb-very-secret');
  // oxlint-disable-next-line typescript/restrict-template-expressions -- what a careless template shows is tested here
  const inTemplate = `${secret}`;
  const shown = [String(secret), inTemplate, JSON.stringify({ secret }), inspect({ deep: { secret } })];
  for (const text of shown) {
    expect(text).not.toContain('very-secret');
    expect(text).toContain('<secret>');
  }
  expect(secret.reveal()).toBe('xoxb-very-secret');
});
