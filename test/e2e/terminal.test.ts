import { userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import { QUICK_STEPS } from '../faults/world/quick-steps.ts';
import type { TestCluster } from '../sandbox/kubernetes/cluster.ts';
import { act, beginOutage, endOutage, posted, type Shown, until } from '../slack/sandbox-control.ts';
import { startBatch, startBatchCluster } from '../support/rig/batch-cluster.ts';
import { type Installation, install } from '../support/rig/install.ts';
import { sendAlert } from '../support/rig/send-alert.ts';
import { ANNA, BEN, startSlackOf } from '../support/rig/slack-of.ts';
import { startSmallVictim, type Victim } from '../support/rig/victim.ts';
import { CONTROL_C, DOWN, ENTER, startInTerminal, type TestTerminal } from '../support/terminal.ts';
import { serve } from './rig.ts';

const PATIENCE_MS = 60_000;
const [SUSPEND, KILL] = ['Suspend the CronJob behind them', 'Kill the queries of the culprit'];

let victim: Victim;
beforeAll(async () => {
  victim = await startSmallVictim();
});
afterAll(async () => victim[Symbol.asyncDispose]());

interface Scene {
  readonly slack: SlackSandbox;
  readonly cluster: TestCluster;
  readonly installation: Installation;
  readonly triage: (...args: string[]) => TestTerminal;
}

/** A batch job that drowns the database, and an installation whose operator is Anna. */
async function openScene(people?: readonly object[]): Promise<Scene> {
  const stack = new AsyncDisposableStack();
  onTestFinished(async () => stack.disposeAsync());
  const cluster = stack.use(await startBatchCluster(victim));
  stack.defer(async () => victim.endBatch());
  const slack = stack.use(await startSlackOf('socket'));
  const terminal = { people: people ?? [{ person: ANNA, name: 'Anna', login: userInfo().username }] };
  const installation = stack.use(
    install({ slack, mode: 'socket', victim, cluster, steps: QUICK_STEPS, config: { terminal } }),
  );
  await startBatch(victim, cluster, PATIENCE_MS);
  return {
    slack,
    cluster,
    installation,
    triage: (...args) =>
      startInTerminal(['triage', '--config', installation.configFile, ...args], { env: installation.env }),
  };
}

/** Runs the step that is offered: the menu's first line, the proposed answers, and yes to the question. */
async function run(terminal: TestTerminal, step: string, answers = 0): Promise<void> {
  await terminal.see(`${step} · Waiting for a decision`);
  await terminal.see('What now?');
  await terminal.see('navigate');
  terminal.press(ENTER);
  for (let answer = 0; answer < answers; answer++) {
    await terminal.see('navigate');
    terminal.press(ENTER);
  }
  await terminal.see('Not now');
  terminal.press('y');
}

async function cronJobIsSuspended({ cluster }: Scene): Promise<boolean> {
  const { spec } = await cluster.batch.readNamespacedCronJob({ name: 'batch', namespace: 'analytics' });
  return spec?.suspend === true;
}

async function card({ slack }: Scene, key: string, shows: string): Promise<Shown> {
  return until(
    `the card ${key} shows ${shows}`,
    async () => {
      const found = (await posted(slack)).findLast((one) => one.key.startsWith(key))?.message;
      return found !== undefined && JSON.stringify(found).includes(shows) ? found : undefined;
    },
    PATIENCE_MS,
  );
}

describe('firebreak triage', () => {
  test('handles an incident while Slack is away, and Slack tells it when it is back', {
    timeout: 240_000,
  }, async () => {
    const scene = await openScene();
    await beginOutage(scene.slack, { kind: 'drop' });
    const terminal = scene.triage();
    await terminal.see('You are Anna');
    await terminal.see('This terminal carries out what is decided');
    await terminal.see(/Slack\s+has\s+been\s+unreachable.*brought\s+up\s+to\s+date\s+when\s+it\s+is\s+back/s);
    await run(terminal, SUSPEND, 1);
    await terminal.see(`${SUSPEND} · Done and verified`);
    expect(await cronJobIsSuspended(scene)).toBe(true);
    expect(await posted(scene.slack)).toEqual([]);
    await endOutage(scene.slack);
    await run(terminal, KILL);
    await terminal.see(/INC-1 is closed/);
    await terminal.see('firebreak postmortem INC-1');
    expect(await terminal.exited).toBe(0);
    for (const row of terminal.text().split(/\r?\n/)) {
      if (row.startsWith('==') || row.startsWith('[')) expect(row.length).toBeLessThanOrEqual(80);
    }
    expect(JSON.stringify(await card(scene, 'step:suspend', 'terminal'))).toContain('Anna (terminal)');
  });

  test('decides beside a Firebreak that runs, sees what others decide, and takes over when it is killed', {
    timeout: 240_000,
  }, async () => {
    const scene = await openScene();
    await using serving = await serve(scene.installation);
    await sendAlert(serving.httpUrl);
    const terminal = scene.triage();
    await terminal.see('Firebreak runs (');
    await run(terminal, SUSPEND, 1);
    await terminal.see(`${KILL} · Waiting for a decision`);
    await terminal.see('What now?');
    const shown = await card(scene, 'step:kill', 'step.run');
    await act(scene.slack, ANNA, shown, 'step.run');
    await terminal.see(`${KILL} · Running`);
    await terminal.see('Decided by Anna');
    serving.signal('SIGKILL');
    await terminal.see('Taking over.');
    await terminal.see('INC-1 is closed');
    expect(await terminal.exited).toBe(0);
    expect(await victim.batchSessions()).toBe(0);
  });

  test('leaves an incident open and comes back to it', { timeout: 120_000 }, async () => {
    const scene = await openScene();
    const terminal = scene.triage();
    await terminal.see('What now?');
    terminal.press(CONTROL_C);
    await terminal.see('Leave INC-1?');
    terminal.press('y');
    await terminal.see('INC-1 stays open');
    await terminal.see(/nobody\s+carries\s+it\s+out/);
    expect(await terminal.exited).toBe(0);
    const again = scene.triage();
    await again.see('Waits for: a decision on step 1');
    await again.see('What now?');
    again.press(DOWN, DOWN, ENTER);
    await again.see('Exactly this is sent:');
    expect(await cronJobIsSuspended(scene)).toBe(false);
  });

  test('knows nobody by an account that no entry names, and by a wrong passphrase', {
    timeout: 120_000,
  }, async () => {
    const people = [{ person: BEN, name: 'Ben', passphrase: { env: 'BENS_PASSPHRASE' } }];
    const stack = new AsyncDisposableStack();
    onTestFinished(async () => stack.disposeAsync());
    const cluster = stack.use(await startBatchCluster(victim));
    const slack = stack.use(await startSlackOf('socket'));
    const installation = stack.use(
      install({
        slack,
        mode: 'socket',
        victim,
        cluster,
        steps: QUICK_STEPS,
        config: { terminal: { people } },
        env: { BENS_PASSPHRASE: 'correct horse' },
      }),
    );
    const triage = (...args: string[]) =>
      startInTerminal(['triage', '--config', installation.configFile, ...args], { env: installation.env });
    const nobody = triage();
    await nobody.see(`Nobody in terminal.people has the account "${userInfo().username}"`);
    expect(await nobody.exited).toBe(1);
    const wrong = triage('--as', 'Ben');
    for (let tries = 0; tries < 3; tries++) {
      await wrong.see('◆  Passphrase of Ben');
      wrong.press('wrong', ENTER);
    }
    await wrong.see('The passphrase of Ben was not given.');
    expect(await wrong.exited).toBe(1);
    const ben = triage('--as', 'Ben');
    await ben.see('◆  Passphrase of Ben');
    ben.press('correct horse', ENTER);
    // Ben stands in no list: he may not open an incident.
    await ben.see('You are Ben');
    await ben.see('You may not decide on incident actions');
    expect(await ben.exited).toBe(1);
  });
});
