import { chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { certify } from '../../support/certificates.ts';
import { eventually, query } from '../embedded-postgres/support.ts';
import { secret, signal, startAppServer, startDatabases } from './support.ts';

test('a server without TLS is not taken where TLS is asked for, and the hint says both ways on', async () => {
  await using server = await startAppServer();
  await using databases = await startDatabases({ url: secret(`${server.url('bot')}?sslmode=verify-full`) });
  await expect(databases.snapshot('shop', 'primary', signal)).rejects.toMatchObject({
    code: 'database-unreachable',
    hint: expect.stringMatching(/ssl = on.*sslmode=disable/),
  });
});

test('a server with TLS is taken under the name of its certificate, by an authority that is named, and not otherwise', async () => {
  await using server = await startAppServer();
  const authority = await certify({ name: 'Authority of the test', isAuthority: true });
  const own = await certify({ name: 'db', issuer: authority, hosts: ['localhost'] });
  const { dataDirectory } = server.server();
  const { uid, gid } = statSync(dataDirectory);
  const file = (name: string, text: string) => {
    const path = join(dataDirectory, name);
    writeFileSync(path, text, { mode: 0o600 });
    chownSync(path, uid, gid);
    return path;
  };
  file('server.crt', own.pem);
  file('server.key', own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const ca = join(server.directory, 'ca.pem');
  writeFileSync(ca, authority.pem);
  await query(server.server().url(), 'alter system set ssl = on');
  await query(server.server().url(), 'select pg_reload_conf()');

  const on = (host: string) => server.url('bot').replace('127.0.0.1', host);
  const look = async (url: string) => {
    await using databases = await startDatabases({ url: secret(url) });
    const { sessions } = await databases.snapshot('shop', 'primary', signal);
    return sessions.length;
  };
  const named = `sslmode=verify-full&sslrootcert=${encodeURIComponent(ca)}`;
  await eventually('TLS', async () => (await look(`${on('localhost')}?${named}`)) >= 0);
  const [row] = await query<{ ssl: boolean }>(
    `${on('localhost')}?${named}`,
    'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
  );
  expect(row?.ssl).toBe(true);
  const untrusted = { code: 'database-unreachable', hint: expect.stringContaining('sslrootcert') };
  await expect(look(`${on('localhost')}?sslmode=verify-full`)).rejects.toMatchObject(untrusted);
  await expect(look(`${on('127.0.0.1')}?${named}`)).rejects.toMatchObject(untrusted);
});
