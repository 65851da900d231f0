import { expect, test } from 'vitest';
import { secret, signal, startAppServer, startDatabases } from './support.ts';

test('a server without TLS is not taken where TLS is asked for, and the hint says both ways on', async () => {
  await using server = await startAppServer();
  await using databases = await startDatabases({ url: secret(`${server.url('bot')}?sslmode=verify-full`) });
  await expect(databases.snapshot('shop', 'primary', signal)).rejects.toMatchObject({
    code: 'database-unreachable',
    hint: expect.stringMatching(/ssl = on.*sslmode=disable/),
  });
});
