import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedEvent } from '../../../src/domain/event.ts';
import type { JournalEntry } from '../../../src/domain/journal-entry.ts';
import type { SlackSandbox } from '../../../src/sandbox/slack/server.ts';
import type { TestCluster } from '../../sandbox/kubernetes/cluster.ts';
import { until } from '../../slack/sandbox-control.ts';
import { startBatchCluster } from '../../support/rig/batch-cluster.ts';
import { type Installation, install } from '../../support/rig/install.ts';
import { startSlackOf } from '../../support/rig/slack-of.ts';
import type { Victim } from '../../support/rig/victim.ts';
import { type Findings, isHeld, type StateOf } from '../fault.ts';
import type { Allowed } from './double-effects.ts';
import type { Facts } from './facts.ts';
import { type FirebreakProcess, startProcess } from './firebreak-process.ts';
import { judge } from './judge.ts';
import { type PagerServer, ROUTING_KEY, startPager } from './pager.ts';
import { QUICK_STEPS } from './quick-steps.ts';
import { readChannel } from './read-channel.ts';
import { readSignals } from './read-signals.ts';
import { readState } from './read-state.ts';
import { createResponder, type Responder } from './responder.ts';
import { createSender, type Sender } from './sender.ts';
import { embeddedServer, type States } from './state-of-lane.ts';

export interface SceneOptions {
  readonly state: StateOf;
  /** Steps of the runbook; the quick ones unless told otherwise. */
  readonly steps?: readonly object[];
  /** Further fields of the runbook, such as planValidMinutes. */
  readonly runbook?: object;
  /** Further sections of firebreak.yml. */
  readonly config?: object;
  readonly env?: Readonly<Record<string, string>>;
  /** Reads the entries of a newer version. */
  readonly readEntry?: (entry: JournalEntry) => RecordedEvent;
  /** An external state of one's own: where it is inspected, which may change, and the URL that Firebreak is given. */
  readonly external?: { readonly url: string; readonly reached: string };
  /** True when nothing of the state shall be there: no data folder, no tables. */
  readonly blank?: boolean;
  /** False when no batch job shall run. */
  readonly batch?: boolean;
}

export interface ServeOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Modules that are loaded before Firebreak, by path. */
  readonly preload?: readonly string[];
  /** The folder of the sources of another version. */
  readonly sources?: string;
}

/** One fault from a clean slate: fresh Slack, cluster, state; the batch job runs with three sessions. */
export interface Scene extends AsyncDisposable {
  readonly victim: Victim;
  readonly slack: SlackSandbox;
  readonly cluster: TestCluster;
  /** Firebreak knows it as the pager `pager`; who uses it, the config says. */
  readonly pager: PagerServer;
  readonly installation: Installation;
  /** The URL of the external state, or null with the embedded one. */
  readonly stateUrl: string | null;
  /** Starts `firebreak serve`; several may run at once on an external state. Does not wait: see `started`. */
  serve(options?: ServeOptions): FirebreakProcess;
  /** Processes that run now. */
  running(): readonly FirebreakProcess[];
  readonly sender: Sender;
  readonly responder: Responder;
  facts(): Promise<Facts>;
  /** The end of what its processes wrote, for whoever waits in vain. */
  explain(): string;
  /** Looks until nothing is found any more, for some seconds, and tells what was found at last. */
  inspect(outcome: string, allowed?: Allowed): Promise<Findings>;
  /** Kills the embedded server of the state at once, with all its sessions, as the end of a container does. */
  killState(): Promise<void>;
}

const BATCH_MS = 30_000;
const SETTLE_MS = 10_000;
const LOOK_MS = 250;
const LAST_LINES = 12;

/** What a lane lends to each scene. */
export interface Stage {
  readonly victim: Victim;
  readonly states: States;
  readonly cacheDirectory: string;
}

export async function openScene(stage: Stage, options: SceneOptions): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const { victim, states, cacheDirectory } = stage;
  stack.defer(async () => victim.endBatch());
  const cluster = stack.use(await startBatchCluster(victim));
  if (options.batch !== false) await cluster.sandbox.createJobFrom('analytics', 'batch');
  const slack = stack.use(await startSlackOf('socket'));
  const made = async () => (options.state === 'postgres' ? states.database(stack, options.blank) : null);
  const stateUrl = options.external?.url ?? (await made());
  const pager = stack.use(await startPager());
  const { steps = QUICK_STEPS, runbook = {}, config = {}, env = {} } = options;
  const installation = stack.use(
    install({
      slack,
      victim,
      cluster,
      mode: 'socket',
      steps,
      runbook,
      config: { paging: [pagingThrough(pager)], ...config },
      env: { PAGER_KEY: ROUTING_KEY, ...env },
      ...(stateUrl === null ? {} : { stateUrl: options.external?.reached ?? stateUrl }),
    }),
  );
  const directory = join(installation.directory, 'state');
  const killState = async () => {
    const server = stateUrl === null ? await embeddedServer(directory) : null;
    await server?.stop('immediate');
  };
  if (stateUrl === null) {
    if (options.blank !== true) await states.embedded(directory);
    stack.defer(killState);
  }
  const processes: FirebreakProcess[] = [];
  const running = () => processes.filter((process) => process.isRunning());
  stack.defer(async () => {
    await Promise.all(processes.map(async (process) => process[Symbol.asyncDispose]()));
  });
  if (options.batch !== false) {
    await until('the batch job runs', async () => (await victim.batchSessions()) === 3, BATCH_MS);
  }
  const logStart = victim.log().length;
  const generation = await generationOf(cluster);
  const sender = createSender(() => running().flatMap((process) => process.httpUrl() ?? []));

  async function facts(): Promise<Facts> {
    const url = options.external?.url ?? stateUrl ?? (await embeddedServer(directory))?.url();
    if (url === undefined) throw new Error('The embedded state does not run, so it cannot be read.');
    return {
      acknowledged: [...sender.acknowledged],
      ...(await readState(url, options.readEntry)),
      messages: await readChannel(slack),
      signals: readSignals(victim.log().slice(logStart)),
      specChanges: (await generationOf(cluster)) - generation,
    };
  }

  const explain = () => processes.map(lastWords).join('\n');
  const owned = stack.move();
  return {
    victim,
    slack,
    cluster,
    pager,
    installation,
    stateUrl,
    serve({ env: more = {}, ...options } = {}) {
      if (owned.disposed) throw new Error('The scene is over.');
      const { configFile } = installation;
      const process = startProcess({
        configFile,
        env: { ...installation.env, ...more },
        ...options,
        cacheDirectory,
      });
      processes.push(process);
      return process;
    },
    running,
    sender,
    responder: createResponder(slack, explain),
    facts,
    explain,
    async inspect(outcome, allowed) {
      const deadline = Date.now() + SETTLE_MS;
      for (let clean = 0; ; ) {
        const findings = judge(await facts(), outcome, allowed);
        clean = isHeld(findings) ? clean + 1 : 0;
        if (clean === 2 || Date.now() > deadline) return findings;
        await delay(LOOK_MS);
      }
    },
    killState,
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** An entry of `paging`. */
function pagingThrough({ url }: PagerServer): object {
  return { name: 'pager', type: 'pagerduty', routingKey: { env: 'PAGER_KEY' }, eventsUrl: url };
}

/** The end of what a process wrote. */
function lastWords(process: FirebreakProcess): string {
  const lines = process.output().trimEnd().split('\n').slice(-LAST_LINES);
  return `Process ${process.pid}${process.isRunning() ? '' : ', ended'}:\n${lines.join('\n')}`;
}

/** The API server counts changes of the spec. */
async function generationOf({ batch }: TestCluster): Promise<number> {
  const { metadata } = await batch.readNamespacedCronJob({ name: 'batch', namespace: 'analytics' });
  return metadata?.generation ?? 0;
}
