import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { type Running, run } from './process.ts';

const COMMAND = 'prometheus-alertmanager';
/** Name of the alerts of the load: all of them are one group. */
export const BACKGROUND = 'Background';

/** The first line of its version, or null when it is not installed. */
export function alertmanagerVersion(): string | null {
  try {
    const said = execFileSync(COMMAND, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return said.split('\n')[0] ?? null;
  } catch {
    return null;
  }
}

/**
 * Alertmanager with its own Slack receiver: every alert a group of its own, but those of the load, and no waiting for
 * others of the group. What it sends is its default message. Alone it gossips with nobody; clustered it does as Debian
 * starts it, with no peer.
 */
export async function startAlertmanager(options: {
  directory: string;
  slackApiUrl: string;
  channel: string;
  clustered: boolean;
  /** File with the certificate that Slack has to show. */
  authority?: string;
  /** How many receivers there are, each with connections of its own: the label `receiver` of an alert names one. */
  receivers?: number;
}): Promise<{ url: string; process: Running }> {
  const name = options.clustered ? 'clustered' : 'alone';
  const config = join(options.directory, `alertmanager-${name}.yml`);
  const { receivers = 1, authority } = options;
  const numbers = Array.from({ length: receivers }, (_, number) => number);
  writeFileSync(
    config,
    stringify({
      route: {
        receiver: 'slack-0',
        group_by: ['...'],
        group_wait: '0s',
        group_interval: '5m',
        repeat_interval: '4h',
        routes: [
          { matchers: [`alertname="${BACKGROUND}"`], group_by: ['alertname'] },
          ...numbers.map((number) => ({ matchers: [`receiver="${number}"`], receiver: `slack-${number}` })),
        ],
      },
      receivers: numbers.map((number) => ({
        name: `slack-${number}`,
        slack_configs: [
          {
            api_url: `${options.slackApiUrl}chat.postMessage`,
            channel: options.channel,
            http_config: {
              authorization: { credentials: 'xoxb-bench' },
              ...(authority === undefined ? {} : { tls_config: { ca_file: authority } }),
            },
          },
        ],
      })),
    }),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const process = run(COMMAND, [
    `--config.file=${config}`,
    `--storage.path=${join(options.directory, `alertmanager-${name}`)}`,
    `--web.listen-address=${address}`,
    `--cluster.listen-address=${options.clustered ? `127.0.0.1:${await freePort()}` : ''}`,
  ]);
  const url = `http://${address}`;
  await untilReady(`${url}/-/ready`, process);
  return { url: `${url}/api/v2/alerts`, process };
}

async function untilReady(url: string, process: Running): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return;
    if (Date.now() > deadline) throw new Error(`Alertmanager is not ready:\n${process.output()}`);
    await delay(50);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
