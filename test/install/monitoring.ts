import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { Home, Running } from './home.ts';
import { comesAbout, type RunStage } from './stages.ts';
import type { World } from './world.ts';

const EXPORTER_ROLE = 'postgres_exporter';
/** Fires as long as all is well. */
export const DEAD_MANS_SWITCH = 'FirebreakDeadMansSwitch';
const STARTS_MS = 20_000;
const SCRAPE = '5s';
const DOCS = join(import.meta.dirname, '..', '..', 'docs', 'alerts.md');

/** What the monitoring has to know of Firebreak, which does not run yet. */
export interface FirebreakAddress {
  readonly url: string;
  /** What Alertmanager proves itself with. */
  readonly token: string;
  /** Folder of the installed package, which has the rules. */
  readonly installed: string;
}

/** The monitoring of the database: Debian's Prometheus, Alertmanager and exporters. */
export interface Monitoring {
  readonly url: string;
  readonly alertmanagerLog: string;
  /** Names of the alerts that fire now. */
  readonly firing: () => Promise<string[]>;
  /** The value of a PromQL expression; null when there is none. */
  readonly value: (expression: string) => Promise<number | null>;
}

interface Parts {
  readonly home: Home;
  readonly world: World;
  readonly firebreak: FirebreakAddress;
  readonly owned: AsyncDisposableStack;
  readonly signal: AbortSignal;
}

/** Starts the exporters, Alertmanager as docs/alerts.md tells, and Prometheus with the rules of the package. */
export async function startMonitoring(parts: Parts, stage: RunStage): Promise<Monitoring> {
  const { home } = parts;
  const lookAt = {
    hint: 'apt-get install prometheus prometheus-alertmanager prometheus-postgres-exporter prometheus-node-exporter',
  };
  return await stage('Prometheus, Alertmanager and exporters run', lookAt, async (note) => {
    const [database, host] = await Promise.all([
      startPostgresExporter(parts),
      listening(parts, 'prometheus-node-exporter', []),
    ]);
    const alertmanager = await listening(parts, 'prometheus-alertmanager', [
      `--storage.path=${home.path('alertmanager')}`,
      '--cluster.listen-address=',
      `--config.file=${home.write('alertmanager.yml', alertmanagerConfig(parts))}`,
    ]);
    const config = prometheusConfig(parts, { database, host, alertmanager });
    const prometheus = await listening(parts, 'prometheus', [
      `--storage.tsdb.path=${home.path('prometheus')}`,
      `--config.file=${home.write('prometheus.yml', config)}`,
    ]);
    note(`http://${prometheus}`);
    return monitoringAt(`http://${prometheus}`, home.path('prometheus-alertmanager.log'));
  });
}

const SCRAPED_MS = 30_000;

/** Waits until so many targets are scraped and the CPU of the host is known; nothing may fire yet. */
export async function seesTargets(
  { monitoring, targets, signal }: { monitoring: Monitoring; targets: number; signal: AbortSignal },
  stage: RunStage,
): Promise<void> {
  await stage(
    `Prometheus scrapes ${targets} targets`,
    { hint: `${monitoring.url}/targets` },
    async (note) => {
      const areUp = async () => (await monitoring.value('sum(up)')) === targets;
      await comesAbout('all of them are up', areUp, SCRAPED_MS, signal);
      const cpu = 'rate(node_cpu_seconds_total{mode="idle"}[1m])';
      await comesAbout(
        'the CPU has a rate',
        async () => (await monitoring.value(cpu)) !== null,
        SCRAPED_MS,
        signal,
      );
      const firing = (await monitoring.firing()).filter((name) => name !== DEAD_MANS_SWITCH);
      if (firing.length > 0) throw new Error(`It fires already: ${firing.join(', ')}`);
      note('nothing fires');
    },
  );
}

async function startPostgresExporter(parts: Parts): Promise<string> {
  const { stage } = parts.world;
  await stage.role(EXPORTER_ROLE, ['pg_monitor']);
  const url = new URL(stage.url({ role: EXPORTER_ROLE, direct: true }));
  url.searchParams.set('sslmode', 'disable');
  return await listening(parts, 'prometheus-postgres-exporter', [], { DATA_SOURCE_NAME: url.toString() });
}

/** Starts a program of Prometheus and answers its address. */
async function listening(
  { home, owned, signal }: Parts,
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = owned.use(
    home.start(program, program, [...args, '--web.listen-address=127.0.0.1:0'], variables),
  );
  const address = () => /"?Listening on"? address=(\S+)/.exec(child.output())?.[1];
  await comesAbout(
    `${program} listens`,
    async () => {
      assertRuns(program, child);
      return address() !== undefined;
    },
    STARTS_MS,
    signal,
  );
  return address() ?? '';
}

function assertRuns(program: string, child: Running): void {
  if (child.hasEnded()) throw new Error(`${program} ended:\n${child.output()}`);
}

/** The receiver stands in docs/alerts.md; only its address and the file of its token are those of this machine. */
function alertmanagerConfig({ home, firebreak }: Parts): string {
  const [, snippet] =
    /```yaml\n(receivers:\n {2}- name: firebreak\n[\s\S]*?)```/.exec(readFileSync(DOCS, 'utf8')) ?? [];
  if (snippet === undefined) throw new Error('docs/alerts.md has no receiver for Alertmanager any more.');
  const told = snippet
    .replace('http://firebreak:8080', firebreak.url)
    .replace('/etc/alertmanager/firebreak-token', home.write('firebreak-token', firebreak.token));
  const { receivers } = z
    .object({ receivers: z.array(z.looseObject({ name: z.string() })) })
    .parse(parse(told));
  return stringify({
    // Alerts of databases go to Firebreak; its own dead man's switch goes elsewhere, as it should.
    route: {
      receiver: 'elsewhere',
      group_by: ['database'],
      group_wait: '1s',
      group_interval: SCRAPE,
      routes: [{ receiver: 'firebreak', matchers: ['database=~".+"'] }],
    },
    receivers: [{ name: 'elsewhere' }, ...receivers],
  });
}

function prometheusConfig(
  { world, firebreak }: Parts,
  targets: { database: string; host: string; alertmanager: string },
): string {
  const { monitored } = world.names;
  const job = (name: string, target: string, labels: Readonly<Record<string, string>> = {}) => ({
    job_name: name,
    static_configs: [{ targets: [target], labels }],
  });
  const rules = (name: string) => join(firebreak.installed, 'deploy', 'prometheus', name);
  return stringify({
    global: { scrape_interval: SCRAPE, evaluation_interval: SCRAPE },
    rule_files: [rules('rules.yml'), rules('firebreak.yml')],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [targets.alertmanager] }] }] },
    scrape_configs: [
      job('postgres', targets.database, { database: monitored }),
      // The name by which the query that init writes finds the host.
      job('node', targets.host, { instance: `${monitored}:9100` }),
      job('firebreak', new URL(firebreak.url).host),
    ],
  });
}

const Alerts = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.record(z.string(), z.string()) })),
  }),
});
const Answer = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

function monitoringAt(url: string, alertmanagerLog: string): Monitoring {
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}/api/v1/${path}`)).json();
  return {
    url,
    alertmanagerLog,
    async firing() {
      const { data } = Alerts.parse(await get('alerts'));
      return data.alerts.flatMap(({ state, labels }) => (state === 'firing' ? [labels.alertname ?? ''] : []));
    },
    async value(expression) {
      const { data } = Answer.parse(await get(`query?query=${encodeURIComponent(expression)}`));
      const [first] = data.result;
      return first === undefined ? null : Number(first.value[1]);
    },
  };
}
