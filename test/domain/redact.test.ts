import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noteText } from '../../src/domain/note.ts';
import { redact } from '../../src/domain/redact.ts';

test.each([
  ['postgres://app:s3cret@db:5432/orders', 'postgres://app:<secret>@db:5432/orders'],
  ['postgres://app:p@ss:w@db/orders', 'postgres://app:<secret>@db/orders'],
  ['PGPASSWORD=hunter2 psql', 'PGPASSWORD=<secret> psql'],
  ['db_password: "two words", next', 'db_password: <secret>, next'],
  ['{"api_key":"abc"}', '{"api_key":<secret>}'],
  ['Authorization: Bearer abcdef123456', 'Authorization: Bearer <secret>'],
  ['xoxb-1234567890-abcdef', '<secret>'],
  ['AKIAIOSFODNN7EXAMPLE', '<secret>'],
  ['ask jane.doe+x@example.com', 'ask <e-mail>'],
  ['card 4111 1111 1111 1111 failed', 'card <number> failed'],
  ["`select * from c where name = 'Jane' and x = 'it''s'`", "`select * from c where name = '?' and x = '?'`"],
])('%s', (text, left) => {
  expect(redact(text)).toBe(left);
});

test.each([
  "it's the report's query",
  'token bucket is empty, secret santa',
  'LSN 0/16B3748, xid 1234567890123, 10.0.7.11:5432',
  'see https://grafana.example.com/d/abc?from=now-1h@x',
])('what is no secret stays: %s', (text) => {
  expect(redact(text)).toBe(text);
});

test('a private key goes as a whole, also when its end is cut off', () => {
  expect(redact('a -----BEGIN RSA PRIVATE KEY-----\nMII\nE')).toBe('a <secret>');
});

test('a note is short, well formed, and the same when it is made again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (written) => {
      const text = noteText(written);
      expect(text.length).toBeLessThanOrEqual(1000);
      expect(text.isWellFormed()).toBe(true);
      expect(noteText(text)).toBe(text);
    }),
  );
});
