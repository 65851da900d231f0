import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import type { TestCluster } from '../sandbox/kubernetes/cluster.ts';
import { act, posted, type Shown, shown, until } from '../slack/sandbox-control.ts';
import { startBatchCluster } from '../support/rig/batch-cluster.ts';
import { type Installation, install } from '../support/rig/install.ts';
import { sendAlert } from '../support/rig/send-alert.ts';
import { ANNA, startSlackOf } from '../support/rig/slack-of.ts';
import { startSmallVictim, type Victim } from '../support/rig/victim.ts';
import { type Child, startFirebreak } from './child.ts';
import { type Serving, serve } from './rig.ts';

const STEPS = [
  {
    id: 'suspend',
    kind: 'kubernetes.suspend-cronjob',
    title: 'Suspend the CronJob behind them',
    confirm: 'one',
    byHand: 'Suspend it.',
  },
  {
    id: 'kill',
    kind: 'postgres.kill-queries',
    title: 'Kill the queries of the culprit',
    confirm: 'one',
    byHand: 'Kill them.',
  },
  {
    id: 'watch',
    kind: 'recovery.watch',
    title: 'Watch the recovery',
    confirm: 'none',
    params: { quietSamples: 2, everySeconds: 2, timeoutMinutes: 1 },
    byHand: 'Watch it.',
  },
];

const stack = new AsyncDisposableStack();
let victim: Victim;
let cluster: TestCluster;
let slack: SlackSandbox;
let installation: Installation;

beforeAll(async () => {
  victim = stack.use(await startSmallVictim());
  cluster = stack.use(await startBatchCluster(victim));
  slack = stack.use(await startSlackOf('socket'));
  installation = stack.use(install({ slack, mode: 'socket', victim, cluster, steps: STEPS }));
});
afterAll(async () => stack.disposeAsync());

const PATIENCE_MS = 60_000;
const textOf = (message: Shown) => JSON.stringify(message);

/** The card of a step, once it shows this. */
async function card(step: string, shows: string | RegExp): Promise<Shown> {
  return until(
    `the card of ${step} shows ${shows}`,
    async () => {
      const cards = (await posted(slack)).filter(({ key }) => key.startsWith(`step:${step}:`));
      const found = cards.at(-1)?.message;
      return found !== undefined && new RegExp(shows).test(textOf(found)) ? found : undefined;
    },
    PATIENCE_MS,
  );
}

/** Clicks Run on the card of a step; looks again when the card was drawn anew under the click, as a person does. */
async function approve(step: string): Promise<void> {
  await until(
    `a click on the card of ${step}`,
    async () => {
      const found = await card(step, 'step.run');
      return await act(slack, ANNA, found, 'step.run').catch((error: unknown) => {
        if (String(error).includes('Look again')) return undefined;
        throw error;
      });
    },
    PATIENCE_MS,
  );
}

const lines = (pattern: RegExp) =>
  victim
    .log()
    .split('\n')
    .filter((line) => pattern.test(line));
const cancels = () => lines(/canceling statement due to user request/);
const terminates = () => lines(/terminating connection due to administrator command/);
const ignored = () => lines(/LOG: {2}a cancel was ignored/);
const pidsOf = (found: string[]) => found.map((line) => /pid=(\d+)/.exec(line)?.[1]);

async function cronJob() {
  const { metadata, spec } = await cluster.batch.readNamespacedCronJob({
    name: 'batch',
    namespace: 'analytics',
  });
  return { version: metadata?.resourceVersion, suspended: spec?.suspend === true };
}

const Entry = z.looseObject({ event: z.looseObject({ type: z.string(), step: z.string().optional() }) });

/** Runs a command of the journal beside the stopped bot. */
async function journal(command: string, ...options: string[]): Promise<string> {
  await using child = startFirebreak(
    ['journal', command, '--config', installation.configFile, ...options],
    installation.env,
  );
  expect({ exitCode: await child.exited, errors: child.stderr() }).toEqual({ exitCode: 0, errors: '' });
  return child.stdout().trim();
}

test('killed four times in one incident, Firebreak goes on where it was and repeats nothing', {
  timeout: 240_000,
}, async () => {
  await cluster.sandbox.createJobFrom('analytics', 'batch');
  await until('three queries run', async () => (await victim.batchSessions()) === 3, PATIENCE_MS);

  // While it waits for a decision. Its own database dies with it, as in a container.
  let serving: Serving = await serve(installation);
  expect(await sendAlert(serving.httpUrl)).toBe(202);
  const waiting = await card('suspend', 'step.run');
  await serving[Symbol.asyncDispose]();

  serving = await serve(installation);
  const [run] = (await posted(slack)).filter(({ key }) => key === 'step:suspend:1');
  expect(run?.message.ts).toBe(waiting.ts);
  expect((await cronJob()).suspended).toBe(false);

  // In the middle of the suspension: its effect is there, its completion is not yet recorded.
  await approve('suspend');
  await until('the CronJob is suspended', async () => (await cronJob()).suspended, PATIENCE_MS);
  await killed(serving);
  const { version } = await cronJob();

  serving = await serve(installation);
  await card('kill', 'step.run');
  expect(await cronJob()).toEqual({ version, suspended: true });

  // In the middle of the kill: two sessions were cancelled, the third took no notice.
  await approve('kill');
  await until('two sessions were cancelled', () => cancels().length === 2, PATIENCE_MS);
  await killed(serving);
  expect(terminates()).toEqual([]);

  serving = await serve(installation);
  // While it proves that nothing comes back.
  await until('the third was terminated', () => terminates().length === 1, PATIENCE_MS);
  await card('kill', 'Nothing came back for');
  await killed(serving);

  serving = await serve(installation);
  await until(
    'the incident is closed',
    async () => {
      const parent = (await posted(slack)).find(({ key }) => key === 'parent');
      return parent !== undefined && /Closed/.test(textOf(parent.message));
    },
    PATIENCE_MS,
  );

  expect(new Set(pidsOf(cancels())).size).toBe(2);
  expect(cancels()).toHaveLength(2);
  expect(terminates()).toHaveLength(1);
  // The guarded cancel comes again for the one that lives: its outcome was not known.
  expect([1, 2]).toContain(ignored().length);
  expect(await victim.batchSessions()).toBe(0);
  const messages = await shown(slack);
  expect(messages.filter(({ thread_ts }) => thread_ts === undefined)).toHaveLength(1);
  const keys = (await posted(slack)).map(({ key }) => key);
  expect([...new Set(keys)]).toEqual(keys);

  serving.signal('SIGTERM');
  expect(await serving.exited).toBe(0);

  const verified: unknown = JSON.parse(await journal('verify', '--json'));
  expect(verified).toMatchObject({ chainOk: true, problem: null });
  const events = (await journal('export')).split('\n').map((line) => Entry.parse(JSON.parse(line)).event);
  const decisions = events.filter(({ type }) => type === 'decision.recorded').map(({ step }) => step);
  expect(decisions).toEqual(['suspend', 'kill', 'watch']);
  const completions = events.filter(({ type }) => type === 'effect.completed').map(({ step }) => step);
  expect(completions).toEqual(['suspend', 'kill', 'watch']);
  expect(events.filter(({ type }) => type === 'incident.opened')).toHaveLength(1);
  expect(events.at(-1)?.type).toBe('incident.closed');
});

/** Kills the process alone: its own database goes on, and is taken over by the next one. */
async function killed(child: Child): Promise<void> {
  child.signal('SIGKILL');
  expect(await child.exited).toBeNull();
}
