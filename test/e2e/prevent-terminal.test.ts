import { userInfo } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { DATABASE, install } from '../support/rig/install.ts';
import { REPLICA_HOST, REPORT_PASSWORD, startReplicaPair } from '../support/rig/replica-pair.ts';
import { reportOf, runReport, startReportCluster } from '../support/rig/report-cluster.ts';
import { ANNA, startSlackOf } from '../support/rig/slack-of.ts';
import { ENTER, startInTerminal, type TestTerminal } from '../support/terminal.ts';

const kind = 'kubernetes.route-to-replica';
const confirm = 'one';
const [THERE, BACK] = ['Let batch jobs read from the replica', 'Let them read from the primary again'];
const STEPS = [
  { id: 'there', kind, title: THERE, confirm, byHand: 'Put its host there.', params: { host: REPLICA_HOST } },
  { id: 'back', kind, title: BACK, confirm, byHand: 'Put its host there.', params: { undo: true } },
];

/** A report that reads from a real primary, which has a real replica, and a runbook that routes it there and back. */
async function openScene() {
  const stack = new AsyncDisposableStack();
  onTestFinished(async () => stack.disposeAsync());
  const pair = stack.use(await startReplicaPair());
  const value = `postgres://report:${REPORT_PASSWORD}@127.0.0.1:${pair.port}/postgres`;
  const cluster = stack.use(
    await startReportCluster([reportOf('report', { env: [{ name: 'DATABASE_URL', value }] })]),
  );
  const replicas = [{ name: 'replica-1', url: { env: 'REPLICA_URL' } }];
  const installation = stack.use(
    install({
      slack: stack.use(await startSlackOf('socket')),
      mode: 'socket',
      victim: pair,
      cluster,
      steps: STEPS,
      runbook: { alerts: undefined, purpose: 'prevention' },
      config: {
        databases: [{ name: DATABASE, url: { env: 'ORDERS_URL' }, replicas }],
        terminal: { people: [{ person: ANNA, name: 'Anna', login: userInfo().username }] },
      },
      env: { REPLICA_URL: pair.replicaUrl() },
    }),
  );
  return {
    pair,
    report: async () => runReport(cluster, 'report'),
    terminal: startInTerminal(['prevent', DATABASE, '--config', installation.configFile], {
      env: installation.env,
    }),
  };
}

/** The head of a step's card in a state; a line may end anywhere between its words. */
function head(title: string, state: string): RegExp {
  return new RegExp(`${title} · (?:try \\d · )?${state}`.replaceAll(' ', '\\s+'));
}

/** Takes the first line of the menu. */
async function choose(terminal: TestTerminal): Promise<void> {
  await terminal.see('What now?');
  await terminal.see('navigate');
  terminal.press(ENTER);
}

/** Runs what is offered: the first line of the menu, and yes to the question. */
async function run(terminal: TestTerminal): Promise<void> {
  await choose(terminal);
  await terminal.see('Not now');
  terminal.press('y');
}

test('firebreak prevent routes a report to a real replica on approval, not to one that falls behind, and back', {
  timeout: 400_000,
}, async () => {
  const { pair, report, terminal } = await openScene();
  const pause = async () => pair.onReplica('select pg_wal_replay_pause()');
  const resume = async () => pair.onReplica('select pg_wal_replay_resume()');
  expect(await report()).toBe('read from the primary as report\n');

  await terminal.see('You are Anna');
  await terminal.see(head(THERE, 'Waiting for a decision'));
  await terminal.see(/Replica\s+replica-1\s+serves postgres, \d+ (?:ms|s)\s+behind/);
  await pause();
  await run(terminal);
  // It fell behind between the card and the approval: nothing is changed, and there is no plan as long as it does.
  await terminal.see(/has its replay paused: it\s+gets older and older/);
  expect(await report()).toBe('read from the primary as report\n');

  await resume();
  await choose(terminal);
  await terminal.see(head(THERE, 'Waiting for a decision'));
  await run(terminal);
  await terminal.see(head(THERE, 'Done and verified'));
  expect(await report()).toBe('read from the replica as report\n');

  await terminal.see(head(BACK, 'Waiting for a decision'));
  await run(terminal);
  await terminal.see(/PREV-1 is closed/);
  expect(await terminal.exited).toBe(0);
  expect(await report()).toBe('read from the primary as report\n');
  expect(terminal.text()).not.toContain(REPORT_PASSWORD);
});
