import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** Runs a command with a configuration in this folder that knows one database, where Firebreak itself has never run. */
export function runWhereNeverRun(
  directory: string,
  ordersUrl: string,
  [command, ...args]: [string, ...string[]],
) {
  const config = join(directory, 'firebreak.yml');
  const text = stringify({
    slack: { channel: 'C0INCIDENTS' },
    alerts: { sources: [{ name: 'checks', format: 'generic', bearer: { env: 'ORDERS_URL' } }] },
    state: { directory: join(directory, 'state') },
    databases: [{ name: 'orders-primary', url: { env: 'ORDERS_URL' } }],
    authority: {},
  });
  writeFileSync(config, text);
  const secrets = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', ORDERS_URL: ordersUrl };
  return spawnSync(process.execPath, ['src/main.ts', command, '--config', config, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...secrets },
  });
}
