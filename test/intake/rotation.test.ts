import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { OVERLAP_MS, secretInFile } from '../../src/config/secret-file.ts';
import { Secret } from '../../src/domain/secret.ts';
import { alertmanagerBody, startDoor } from './support.ts';

test('a token whose file is replaced: both are taken until the overlap is over, then the new one', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'firebreak-token-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'token');
  writeFileSync(file, 'first');
  let now = 0;
  const stored: string[] = [];
  const { post } = await startDoor({
    sources: [
      {
        name: 'am',
        format: 'alertmanager',
        rateLimit: null,
        authentication: {
          way: 'bearer',
          keys: [secretInFile(file, 'a token', () => now), new Secret('fixed')],
        },
      },
    ],
    store: async (alerts) => {
      stored.push(...alerts.map(({ name }) => name));
      return { stored: alerts.length, repeated: 0 };
    },
  });
  const send = async (token: string) =>
    (await post('/alerts/am', JSON.stringify(alertmanagerBody()), { authorization: `Bearer ${token}` }))
      .status;
  const answers = async () => [await send('first'), await send('second'), await send('fixed')];

  expect(await answers()).toEqual([202, 401, 202]);
  writeFileSync(file, 'second');
  now += 1_000;
  expect(await answers()).toEqual([202, 202, 202]);
  now += OVERLAP_MS;
  expect(await answers()).toEqual([401, 202, 202]);
  expect(stored).toHaveLength(7 * 3);
});
