import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import type { StoredAlert } from '../../src/ports/state.ts';
import { eventually, opened, startServer } from '../adapters/state/support.ts';
import { posted } from '../slack/sandbox-control.ts';
import { startSandbox } from '../slack/support.ts';
import { CHANNEL } from '../support/channel.ts';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';
import { startSmallVictim } from '../support/rig/victim.ts';
import { serve } from './rig.ts';

const TOKEN = 'token-of-alertmanager';
const isMissing = ['prometheus', 'prometheus-alertmanager'].some(
  (program) => spawnSync(program, ['--version']).error !== undefined,
);

/** An exporter whose metrics the test writes. */
async function startExporter() {
  let metrics = '';
  const server = createServer((_, response) => response.end(metrics));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    target: `127.0.0.1:${port}`,
    /** So many sessions at work of a hundred slots. */
    say(active: number): void {
      metrics = `pg_settings_max_connections 100\npg_stat_activity_count{datname="a",state="active"} ${active}\n`;
    },
  };
}

/** Starts a program of Prometheus and waits for its address. */
async function started(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, [...args, '--web.listen-address=127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(async () => {
    const exited = child.exitCode === null ? once(child, 'exit') : null;
    child.kill('SIGKILL');
    await exited;
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  const address = () => /"Listening on" address=(\S+)/.exec(log)?.[1];
  await eventually(`${program} listens: ${log}`, () => address() !== undefined);
  return address() ?? '';
}

test.skipIf(isMissing && process.env.CI === undefined)(
  'the real Prometheus and Alertmanager: grouped, repeated and resolved, it is one incident',
  { timeout: 180_000 },
  async () => {
    const directory = temporaryDirectory();
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const file = (name: string, text: string) => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    };
    await using victim = await startSmallVictim();
    const server = await startServer();
    onTestFinished(async () => server.end());
    const url = await server.createDatabase();
    const sandbox = await startSandbox();
    const configFile = file(
      'firebreak.yml',
      stringify({
        slack: { channel: CHANNEL, apiUrl: sandbox.apiUrl },
        http: { host: '127.0.0.1', port: 0 },
        state: { url: { env: 'STATE_URL' } },
        alerts: {
          sources: [{ name: 'alertmanager', format: 'alertmanager', bearer: { env: 'ALERT_TOKEN' } }],
          routes: [{ matchers: ['database="orders"'], database: 'orders-primary', service: 'checkout' }],
          inhibit: [{ source: 'alertname=~".*Exhausted"', target: 'alertname="PostgreSQLSaturated"' }],
        },
        databases: [{ name: 'orders-primary', url: { env: 'ORDERS_URL' } }],
      }),
    );
    const env = {
      STATE_URL: url,
      ALERT_TOKEN: TOKEN,
      ORDERS_URL: victim.url('bot'),
      SLACK_BOT_TOKEN: sandbox.botToken,
      SLACK_APP_TOKEN: sandbox.appToken,
    };
    await using firebreak = await serve({ configFile, env });
    const state = await opened(url);
    const exporter = await startExporter();
    exporter.say(5);

    const alertmanager = await started('prometheus-alertmanager', [
      `--storage.path=${directory}/alertmanager`,
      '--cluster.listen-address=',
      `--config.file=${file(
        'alertmanager.yml',
        stringify({
          route: {
            receiver: 'firebreak',
            group_by: ['database'],
            group_wait: '1s',
            group_interval: '1s',
            repeat_interval: '2s',
          },
          receivers: [
            {
              name: 'firebreak',
              webhook_configs: [
                {
                  url: `${firebreak.httpUrl}/alerts/alertmanager`,
                  send_resolved: true,
                  http_config: { authorization: { credentials_file: file('token', TOKEN) } },
                },
              ],
            },
          ],
        }),
      )}`,
    ]);
    // The shipped rules, without waiting for minutes.
    const rules = readFileSync('deploy/prometheus/rules.yml', 'utf8').replaceAll(/for: \d+[sm]/g, 'for: 0s');
    await started('prometheus', [
      `--storage.tsdb.path=${directory}/prometheus`,
      `--config.file=${file(
        'prometheus.yml',
        stringify({
          global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
          rule_files: [file('rules.yml', rules)],
          alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
          scrape_configs: [
            {
              job_name: 'postgres',
              static_configs: [{ targets: [exporter.target], labels: { database: 'orders' } }],
            },
          ],
        }),
      )}`,
    ]);

    /** Names of the alerts that are so. A scrape that fails lets one begin anew, on a machine that is busy. */
    const named = async (isSo: (stored: StoredAlert) => boolean) =>
      new Set((await state.alerts.list(50)).filter(isSo).map(({ alert }) => alert.name));
    const became = (status: string, ...decisions: string[]) =>
      named(
        ({ alert, settlement }) => alert.status === status && decisions.includes(settlement?.decision ?? ''),
      );
    exporter.say(95);
    await eventually(
      'both alerts are decided on',
      async () => (await became('firing', 'opened', 'attached', 'inhibited')).size === 2,
      60_000,
    );
    const [incident, ...others] = await state.incidents.listOpen();
    expect(others).toEqual([]);
    expect(incident?.database).toBe('orders-primary');
    await eventually(
      'both are repeated',
      async () => (await named(({ repeats }) => repeats > 0)).size === 2,
      60_000,
    );
    // Repeats are counted and decide nothing: one alert opened the incident, once.
    const openers = (await state.alerts.list(50)).filter(
      ({ settlement }) => settlement?.decision === 'opened',
    );
    expect(openers).toHaveLength(1);
    expect((await became('firing', 'attached', 'inhibited')).size).toBeGreaterThan(0);

    exporter.say(5);
    await eventually(
      'both ends are decided on',
      async () => (await became('resolved', 'resolved')).size === 2,
      60_000,
    );
    const events = (await state.journal.read(incident?.id ?? '')).map(({ event }) => event);
    expect(events[0]).toMatchObject({ type: 'incident.opened', service: 'checkout' });
    expect(events.filter(({ type }) => type === 'alert.resolved').length).toBeGreaterThanOrEqual(2);
    expect(await state.incidents.list(50)).toHaveLength(1);
    await eventually('the thread says that they are over', async () =>
      (await posted(sandbox)).some(
        ({ key, message }) => key === 'alerts' && /resolved at/.test(JSON.stringify(message.blocks)),
      ),
    );
  },
);
