import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { temporaryDirectory } from './temporary-directory.ts';

/**
 * A firebreak.yml whose state is at this address, for commands that look at nothing else, with further sections; removed
 * with the test.
 */
export function stateConfig(
  url: string,
  sections: object = {},
): { readonly file: string; readonly env: Record<string, string> } {
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'firebreak.yml');
  writeFileSync(
    file,
    stringify({
      slack: { channel: 'C0INCIDENTS' },
      http: { host: '127.0.0.1', port: 0 },
      alerts: { sources: [{ name: 'checks', format: 'generic', bearer: { env: 'ORDERS_URL' } }] },
      state: { url: { env: 'STATE_URL' } },
      databases: [{ name: 'orders-primary', url: { env: 'ORDERS_URL' } }],
      authority: {},
      ...sections,
    }),
  );
  const env = {
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_APP_TOKEN: 'xapp-1',
    STATE_URL: url,
    ORDERS_URL: 'postgres://orders.invalid/orders',
  };
  return { file, env };
}
