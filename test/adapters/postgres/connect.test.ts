import { expect, test } from 'vitest';
import { candidate } from '../../../src/adapters/postgres/connect.ts';
import { Secret } from '../../../src/domain/secret.ts';

test.each([
  ['postgres://bot:p%40ss@db:5432/app', 'postgres://bot:p%40ss@db:5432/postgres', 'bot', 'app'],
  [
    'postgresql://db/app?user=bot&sslmode=require',
    'postgresql://db/postgres?user=bot&sslmode=require',
    'bot',
    'app',
  ],
  ['postgresql://bot@/app?host=/run/pg', 'postgresql://bot@localhost/postgres?host=/run/pg', 'bot', 'app'],
  ['postgresql://bot@db', 'postgresql://bot@db/postgres', 'bot', 'bot'],
  ['postgresql://bot@db/my%20app?application_name=x', 'postgresql://bot@db/postgres', 'bot', 'my app'],
])('%s leads to the database postgres of the same server', (url, aside, role, target) => {
  expect(decodeURIComponent(candidate(new Secret(url), 'postgres').url)).toBe(decodeURIComponent(aside));
  expect(candidate(new Secret(url))).toMatchObject({ role, target });
});

test.each(['db.internal', 'https://db/app', 'postgres://bot:s3cret@h1:1,h2:2/db'])(
  '%s is refused without being shown',
  (url) => {
    expect(() => candidate(new Secret(url))).toThrow(
      expect.objectContaining({ code: 'bad-config', message: expect.not.stringContaining('s3cret') }),
    );
  },
);
