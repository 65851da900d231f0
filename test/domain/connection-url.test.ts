import { expect, test } from 'vitest';
import { tlsHint, verifiedUrl } from '../../src/domain/connection-url.ts';

test.each([
  [
    'postgresql://bot:p%40ss@db.internal:5432/app',
    'postgresql://bot:p%40ss@db.internal:5432/app?sslmode=verify-full',
  ],
  [
    'postgres://bot@10.0.0.7/app?application_name=x',
    'postgres://bot@10.0.0.7/app?application_name=x&sslmode=verify-full',
  ],
  ['postgresql://bot@/app?host=db.internal', 'postgresql://bot@/app?host=db.internal&sslmode=verify-full'],
  [
    'postgresql://bot@db/app?sslrootcert=/ca.pem',
    'postgresql://bot@db/app?sslrootcert=/ca.pem&sslmode=verify-full',
  ],
  [
    'postgresql://bot@127.0.0.1.evil.example/app',
    'postgresql://bot@127.0.0.1.evil.example/app?sslmode=verify-full',
  ],
])('over a network the server is verified: %s', (url, verified) => {
  expect(verifiedUrl(url)).toBe(verified);
});

test.each([
  'postgresql://bot@localhost/app',
  'postgresql://bot@127.0.0.1:5432/app',
  'postgresql://bot@[::1]:5432/app',
  'postgresql://bot@/app?host=/run/postgresql',
  'postgresql://bot@%2Frun%2Fpostgresql/app',
  'postgresql://bot@db/app?sslmode=disable',
  'postgresql://bot@db/app?sslmode=require',
  'no url',
])('on this machine, or where somebody decided, it stays as it is: %s', (url) => {
  expect(verifiedUrl(url)).toBe(url);
});

test('says what to do about a server without TLS, and about a certificate', () => {
  expect(tlsHint('The server does not support SSL connections')).toContain('sslmode=disable');
  expect(tlsHint('self-signed certificate in certificate chain')).toContain('sslrootcert');
  expect(tlsHint("Hostname/IP does not match certificate's altnames")).toContain('host name');
  expect(tlsHint('connect ECONNREFUSED')).toBeNull();
});
