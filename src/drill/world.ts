import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type App, startApp } from '../app.ts';
import { Secret } from '../domain/secret.ts';
import { LocalProcessRuntime } from '../sandbox/kubernetes/runtime/local-process-runtime.ts';
import { type KubernetesSandbox, startKubernetesSandbox } from '../sandbox/kubernetes/server.ts';
import type { SlackSandbox } from '../sandbox/slack/server.ts';
import { drillConfig } from './drill-config.ts';
import { startDrillSlack } from './drill-slack.ts';
import { claimFolder, DRILL_PREFIX, removeLeftovers } from './leftovers.ts';
import { clusterObjects, FIREBREAK_USER } from './manifests.ts';
import { outage } from './outage.ts';
import { takesPodAddresses } from './pod-addresses.ts';
import { countRespawns, type RespawnCounter } from './respawn-counter.ts';
import { type OrderService, startOrderService } from './victim/order-service.ts';
import { podProgramPath } from './victim/pod-process.ts';
import { reportPodEnvironment } from './victim/report-pod.ts';
import { startVictim } from './victim/start-victim.ts';
import type { Victim } from './victim/victim.ts';

export interface WorldOptions {
  readonly scale: number;
  readonly existingUrl: string | null;
  readonly existingReplicaUrl: string | null;
  readonly slackPort: number;
  /** File into which the incident channel is recorded. */
  readonly recordTo?: string;
  /** Pods connect from one address, as on hosts without spare loopback addresses or behind a proxy. */
  readonly sharedAddress: boolean;
  /** Left out, the runbooks that are shipped. */
  readonly runbookDirectory?: string;
  /** Database sessions of each pod of the batch; left out, those of the outage. */
  readonly sessionsPerPod?: number;
  readonly logger: Logger;
  readonly say: (line: string) => void;
  readonly loading: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** Everything a drill runs on: a real database under real load, two sandboxes, and Firebreak as in production. */
export interface World extends AsyncDisposable {
  readonly victim: Victim;
  readonly slack: SlackSandbox;
  readonly kubernetes: KubernetesSandbox;
  readonly app: App;
  readonly orders: OrderService;
  readonly respawns: RespawnCounter;
  readonly alertToken: Secret;
}

/** The Job controller's first pause before a failed pod is tried again; a real cluster takes ten seconds. */
const POD_BACKOFF_MS = 3_000;

/** Starts the world, newest part last; what was started is torn down when a later part fails. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { say, signal } = options;
  await using parts = new AsyncDisposableStack();
  const leftovers = await removeLeftovers(options.logger);
  if (leftovers > 0)
    say(`Removed what ${leftovers} killed drill${leftovers === 1 ? '' : 's'} had left behind`);
  const directory = await mkdtemp(join(tmpdir(), DRILL_PREFIX));
  parts.defer(async () => rm(directory, { recursive: true, force: true }));
  await claimFolder(directory);

  say(
    options.existingUrl === null
      ? 'Starting a PostgreSQL primary and a streaming replica'
      : 'Preparing your PostgreSQL',
  );
  const victim = parts.use(
    await startVictim({
      directory: join(directory, 'victim'),
      scale: options.scale,
      signal,
      progress: ({ done, total }) => options.loading(done, total),
      ...(options.existingUrl === null ? {} : { existingUrl: options.existingUrl }),
      ...(options.existingReplicaUrl === null ? {} : { existingReplicaUrl: options.existingReplicaUrl }),
    }),
  );
  signal.throwIfAborted();

  say('Starting the sandboxes of Slack and Kubernetes');
  const slack = parts.use(await startDrillSlack(options.slackPort, options.recordTo));
  const token = randomBytes(18).toString('hex');
  const shared = options.sharedAddress || !(await takesPodAddresses(victim.urls.reportGenerator));
  const kubernetes = parts.use(
    await startCluster(victim, { token, shared, sessions: options.sessionsPerPod }),
  );
  if (!kubernetes.loopbackAddresses) {
    say('Pods have no addresses of their own here: owners of sessions are told from weaker evidence');
  }
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, kubernetes.kubeconfig(FIREBREAK_USER), { mode: 0o600 });
  signal.throwIfAborted();

  say('Starting Firebreak');
  const alertToken = new Secret(randomBytes(18).toString('hex'));
  const { firebreakReplica } = victim.urls;
  const config = drillConfig({
    state: { directory: join(directory, 'state'), url: null },
    kubeconfig,
    namespaces: [outage.namespace],
    database: {
      name: outage.database,
      service: outage.service,
      url: new Secret(victim.urls.firebreak),
      cores: victim.cores ?? null,
      replicas:
        firebreakReplica === undefined ? [] : [{ name: outage.replica, url: new Secret(firebreakReplica) }],
      pgbouncer: [],
      prometheus: null,
      impact: [],
    },
    slack,
    alertToken,
    ...(options.runbookDirectory === undefined ? {} : { runbookDirectory: options.runbookDirectory }),
  });
  const app = parts.use(await startApp(config, options.logger));
  signal.throwIfAborted();

  say('Opening the shop: order-service places orders');
  const orders = parts.use(
    await startOrderService({
      url: victim.urls.orderService,
      customers: victim.size.customers,
      products: victim.size.products,
      ...(kubernetes.loopbackAddresses ? { podIp: '127.0.1.10' } : {}),
    }),
  );
  const respawns = parts.use(await countRespawns(victim.urls.admin));
  const running = parts.move();
  let stopping: Promise<void> | undefined;
  return {
    victim,
    slack,
    kubernetes,
    app,
    orders,
    respawns,
    alertToken,
    [Symbol.asyncDispose]: async () => (stopping ??= running.disposeAsync()),
  };
}

async function startCluster(
  victim: Victim,
  { token, shared, sessions }: { token: string; shared: boolean; sessions: number | undefined },
): Promise<KubernetesSandbox> {
  const runtime = shared ? new LocalProcessRuntime(false) : await LocalProcessRuntime.create();
  const env = reportPodEnvironment({
    url: victim.urls.reportGenerator,
    ...(victim.urls.reportGeneratorReplica === undefined
      ? {}
      : { replicaUrl: victim.urls.reportGeneratorReplica }),
    sessions: sessions ?? outage.sessionsPerPod,
    cronJob: `${outage.namespace}/${outage.cronJob}`,
  });
  const set = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return await startKubernetesSandbox({
    runtime,
    objects: clusterObjects({
      command: [process.execPath, podProgramPath('report-generator')],
      env: {
        ...Object.fromEntries(set),
        EXIT_WITH_STDIN: '1',
        ...(runtime.loopbackAddresses ? { SOURCE_ADDRESS: '$(POD_IP)' } : {}),
      },
    }),
    tokens: { [token]: FIREBREAK_USER },
    podFailureBackoffMs: POD_BACKOFF_MS,
  });
}
