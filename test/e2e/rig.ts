import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { stringify } from 'yaml';
import { z } from 'zod';
import { logFile } from '../../src/adapters/embedded-postgres/postmaster.ts';
import { startPostgres } from '../../src/adapters/embedded-postgres/start-postgres.ts';
import { clusterObjects, FIREBREAK_USER } from '../../src/drill/manifests.ts';
import { type SlackSandbox, startSlackSandbox } from '../../src/sandbox/slack/server.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { startCluster, type TestCluster } from '../sandbox/kubernetes/cluster.ts';
import { CHANNEL } from '../slack/support.ts';
import { type Child, startFirebreak } from './child.ts';

export const ANNA = 'U0ANNA';
const DATABASE = 'orders-primary';

/** A monitored PostgreSQL whose log can be read. */
export interface Victim extends AsyncDisposable {
  readonly url: (user: string) => string;
  readonly log: () => string;
  /** Sessions of the batch job that run a query now. */
  readonly batchSessions: () => Promise<number>;
}

export async function startSmallVictim(): Promise<Victim> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.adopt(temporaryDirectory(), (path) =>
    rmSync(path, { recursive: true, force: true }),
  );
  const server = stack.use(
    await startPostgres({
      dataDirectory: join(directory, 'victim'),
      listen: { host: '127.0.0.1' },
      hba: ['host all all 127.0.0.0/8 trust'],
      settings: { max_connections: 40, log_line_prefix: 'pid=%p ', jit: false },
    }),
  );
  const url = (user: string) => server.url({ user, password: 'unused', database: 'postgres' });
  const admin = new pg.Client({ connectionString: server.url() });
  admin.on('error', () => undefined);
  await admin.connect();
  stack.defer(async () => admin.end());
  await admin.query(
    'create role bot login; grant pg_monitor, pg_signal_backend to bot; create role batch login',
  );
  const owned = stack.move();
  return {
    url,
    log: () => readFileSync(logFile(server.dataDirectory), 'utf8'),
    async batchSessions() {
      const { rows } = await admin.query<{ count: number }>(
        "select count(*)::int as count from pg_stat_activity where usename = 'batch' and state = 'active'",
      );
      return rows[0]?.count ?? 0;
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** A cluster with the CronJob analytics/batch, and the rights that Firebreak has in the drill. */
export async function startBatchCluster(victim: Victim): Promise<TestCluster> {
  const container = {
    name: 'batch',
    image: 'registry.invalid/batch:1',
    command: [process.execPath, join(import.meta.dirname, 'pods', 'batch.ts')],
    env: [{ name: 'DATABASE_URL', value: victim.url('batch') }],
  };
  const pod = { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [container] };
  const rights = clusterObjects({ command: [], env: {} }).filter(
    (object) => !isKind(object, 'CronJob') && !isNamespace(object, 'analytics'),
  );
  const cronJob = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'batch', namespace: 'analytics' },
    spec: {
      schedule: '0 14 * * *',
      concurrencyPolicy: 'Allow',
      jobTemplate: { spec: { backoffLimit: 20, template: { spec: pod } } },
    },
  };
  return startCluster([...rights, cronJob], {
    tokens: { secret: 'kubernetes-admin', firebreak: FIREBREAK_USER },
    podFailureBackoffMs: 1_000,
  });
}

const Kinded = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
const isKind = (object: unknown, kind: string) => Kinded.parse(object).kind === kind;
const isNamespace = (object: unknown, name: string) =>
  isKind(object, 'Namespace') && Kinded.parse(object).metadata.name === name;

export async function startSlackOf(mode: 'socket' | 'http'): Promise<SlackSandbox> {
  return startSlackSandbox({
    manifest: slackManifest(mode === 'socket' ? { mode } : { mode, url: 'https://firebreak.example.com' }),
    users: [
      { id: ANNA, name: 'anna', realName: 'Anna' },
      { id: 'U0CHRIS', name: 'chris', realName: 'Chris' },
    ],
    channels: [{ id: CHANNEL, name: 'incidents', members: [ANNA, 'U0CHRIS'] }],
  });
}

const TOKEN = 'token-of-the-alerts';
export interface Installation extends Disposable {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a user writes: firebreak.yml, a runbook, the kubeconfig, and the environment with the secrets. */
export function install(parts: {
  readonly slack: SlackSandbox;
  readonly mode: 'socket' | 'http';
  readonly slackPort?: number;
  readonly victim: Victim;
  readonly cluster: TestCluster;
  /** Steps of a runbook of one's own; without them the shipped ones are used. */
  readonly steps?: readonly object[];
}): Installation {
  const { slack, victim, cluster } = parts;
  const directory = temporaryDirectory();
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const runbook = {
    id: 'overload',
    title: 'The database is overloaded',
    summary: 'End the batch.',
    alerts: ['Overload'],
    planValidMinutes: 10,
    steps: parts.steps ?? [],
  };
  if (parts.steps !== undefined) file('overload.yml', stringify(runbook));
  const everybody = [ANNA];
  const config = {
    slack: {
      mode: parts.mode,
      channel: CHANNEL,
      apiUrl: slack.apiUrl,
      host: '127.0.0.1',
      port: parts.slackPort ?? 0,
    },
    http: { host: '127.0.0.1', port: 0 },
    state: { directory: join(directory, 'state') },
    alerts: { sources: [{ name: 'checks', format: 'generic', bearer: { env: 'CHECKS_TOKEN' } }] },
    databases: [{ name: DATABASE, cores: 2, url: { env: 'ORDERS_URL' } }],
    kubernetes: {
      kubeconfig: file('kubeconfig', cluster.sandbox.kubeconfig(FIREBREAK_USER)),
      namespaces: ['analytics'],
    },
    ...(parts.steps === undefined ? {} : { runbooks: { directory } }),
    authority: { observe: everybody, workload: everybody, session: everybody, incident: everybody },
  };
  return {
    configFile: file('firebreak.config', stringify(config, { aliasDuplicateObjects: false })),
    env: {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      CHECKS_TOKEN: TOKEN,
      ORDERS_URL: victim.url('bot'),
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export type Serving = Child & { readonly httpUrl: string };

/** `firebreak serve` as a process of its own, ready. */
export async function serve({ configFile, env }: Installation): Promise<Serving> {
  const child = startFirebreak(['serve', '--config', configFile], env);
  try {
    await child.said('Firebreak is running', 60_000);
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
  const line = child
    .stdout()
    .split('\n')
    .find((text) => text.includes('Firebreak is running'));
  const { http } = z.looseObject({ http: z.string() }).parse(JSON.parse(line ?? ''));
  return Object.assign(child, { httpUrl: http });
}

/** Sends the alert that the runbook is for. */
export async function sendAlert(httpUrl: string): Promise<number> {
  const alert = {
    id: 'overload-1',
    status: 'firing',
    name: 'Overload',
    startsAt: new Date().toISOString(),
    summary: 'The database is overloaded',
    labels: { database: DATABASE },
  };
  const response = await fetch(`${httpUrl}/alerts/checks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(alert),
  });
  await response.arrayBuffer();
  return response.status;
}

/** A folder that the account of PostgreSQL may enter when root runs the tests. */
function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'fb-e2e-'));
  chmodSync(directory, 0o711);
  return directory;
}
