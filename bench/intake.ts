/**
 * From the POST of an alert to the call of Slack's API: Firebreak, which stores the alert durably before it answers,
 * against the Alertmanager of Debian with its own Slack receiver (group_wait 0s), which keeps it in memory.
 * Usage: node bench/intake.ts [rounds=100] [rounds under load=20]. Rounds of both alternate; each alert is a new incident
 * and a new group; the pace is below Slack's limits, so that pacing is not what is measured.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startPostgres } from '../src/adapters/embedded-postgres/start-postgres.ts';
import { alertmanagerVersion, startAlertmanager } from './intake/alertmanager.ts';
import { type FakeSlack, startFakeSlack } from './intake/fake-slack.ts';
import { startFirebreak, TOKEN } from './intake/firebreak.ts';
import { createSender, type Sender } from './intake/sender.ts';
import { rounded, summary } from './intake/statistics.ts';

const CHANNELS = { firebreak: 'C0FIREBREAK', alertmanager: 'C0ALERTMANAGER' };
type System = keyof typeof CHANNELS;
const SYSTEMS: readonly System[] = ['firebreak', 'alertmanager'];
const WARM_UP = 5;
/** A round makes two posts of Firebreak; Slack takes about one each second in a channel. */
const ROUND_MS = 2_600;
/** Alerts each second that come on top in the section under load; each joins what is open or grouped already. */
const LOAD_PER_SECOND = 50;

const RUNBOOK = {
  id: 'bench',
  title: 'Bench',
  summary: 'Reads the database once and ends.',
  alerts: ['BenchAlert'],
  steps: [
    { id: 'diagnose', kind: 'postgres.diagnose', title: 'Diagnose', confirm: 'none', byHand: 'Nothing.' },
  ],
};

interface Sample {
  /** Milliseconds from the request to its answer. */
  readonly answered: number;
  /** Milliseconds from the request to the call of Slack. */
  readonly told: number;
}

function alertOf(token: string, status: 'firing' | 'resolved', startsAt: string, database = 'orders') {
  return {
    status,
    labels: { alertname: 'BenchAlert', database, severity: 'critical', instance: token },
    annotations: { summary: `The pool is exhausted (${token})` },
    startsAt,
    ...(status === 'resolved' ? { endsAt: new Date().toISOString() } : {}),
    generatorURL: 'http://prometheus.example:9090/graph',
    fingerprint: token,
  };
}

function bodyFor(system: System, alert: ReturnType<typeof alertOf>) {
  if (system === 'firebreak') return { version: '4', alerts: [alert] };
  const { status: _status, fingerprint: _fingerprint, ...posted } = alert;
  return [posted];
}

/** One new alert until its message arrives at Slack; then it is resolved, which closes the incident. */
async function measure(system: System, sender: Sender, slack: FakeSlack, token: string): Promise<Sample> {
  const startsAt = new Date().toISOString();
  const mine = (call: { channel: string }) => call.channel === CHANNELS[system];
  const posted = slack.next(
    (call) => mine(call) && call.method === 'chat.postMessage' && call.body.includes(token),
  );
  const { sentAt, answeredAt, status } = await sender.post(
    bodyFor(system, alertOf(token, 'firing', startsAt)),
  );
  if (status !== 200 && status !== 202) throw new Error(`${system} answered ${status}`);
  const sample = { answered: answeredAt - sentAt, told: (await posted).at - sentAt };
  const closed = system === 'firebreak' ? slack.next((call) => mine(call) && /Closed/.test(call.body)) : null;
  await delay(300);
  await sender.post(bodyFor(system, alertOf(token, 'resolved', startsAt)));
  await closed;
  return sample;
}

/** Sends further alerts to both, evenly, until the signal aborts. */
async function load(senders: Record<System, Sender>, signal: AbortSignal): Promise<number> {
  const startsAt = new Date().toISOString();
  let sent = 0;
  while (!signal.aborted) {
    sent += 1;
    const alert = alertOf(`load-${sent}`, 'firing', startsAt, 'background');
    const unnamed = { ...alert, labels: { ...alert.labels, alertname: 'Background' } };
    // A connection that breaks under load is no reason to stop.
    await Promise.allSettled(SYSTEMS.map(async (system) => senders[system].post(bodyFor(system, unnamed))));
    await delay(1000 / LOAD_PER_SECOND, undefined, { signal }).catch(() => undefined);
  }
  return sent;
}

const [rounds = 100, loadedRounds = 20] = process.argv.slice(2).map(Number);
const version = alertmanagerVersion();
if (version === null) {
  console.error('prometheus-alertmanager is not installed: apt-get install prometheus-alertmanager');
  process.exit(2);
}
await using stack = new AsyncDisposableStack();
const directory = mkdtempSync(join(tmpdir(), 'fb-bench-'));
chmodSync(directory, 0o711);
stack.defer(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
const machine = `${availableParallelism()} cores (${cpus()[0]?.model}), load before ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`;
console.log(machine);
console.log(version);

const slack = stack.use(await startFakeSlack());
const victim = stack.use(
  await startPostgres({ dataDirectory: join(directory, 'victim'), listen: { host: '127.0.0.1' } }),
);
const ours = await startFirebreak({
  directory,
  slackApiUrl: slack.apiUrl,
  channel: CHANNELS.firebreak,
  databases: [{ name: 'orders', url: victim.url() }],
  runbook: RUNBOOK,
});
stack.use(ours.process);
const theirs = await startAlertmanager({
  directory,
  slackApiUrl: slack.apiUrl,
  channel: CHANNELS.alertmanager,
});
stack.use(theirs.process);
const senders: Record<System, Sender> = {
  firebreak: stack.use(createSender(ours.url, { authorization: `Bearer ${TOKEN}` })),
  alertmanager: stack.use(createSender(theirs.url)),
};

async function section(name: string, count: number) {
  const samples: Record<System, Sample[]> = { firebreak: [], alertmanager: [] };
  for (let round = -WARM_UP; round < count; round += 1) {
    const began = performance.now();
    for (const system of round % 2 === 0 ? SYSTEMS : SYSTEMS.toReversed()) {
      const token = `${name}-${round + WARM_UP}-${system}`;
      const sample = await measure(system, senders[system], slack, token);
      if (round >= 0) samples[system].push(sample);
    }
    await delay(Math.max(0, ROUND_MS - (performance.now() - began)));
  }
  const told = {
    firebreak: summary(samples.firebreak.map((sample) => sample.told)),
    alertmanager: summary(samples.alertmanager.map((sample) => sample.told)),
  };
  const ratio = {
    p50: told.firebreak.p50 / told.alertmanager.p50,
    p95: told.firebreak.p95 / told.alertmanager.p95,
    p99: told.firebreak.p99 / told.alertmanager.p99,
  };
  console.log(`\n${name}: ${count} alerts each, milliseconds from the POST to the call of Slack`);
  console.table({
    firebreak: rounded(told.firebreak),
    alertmanager: rounded(told.alertmanager),
    ratio: rounded(ratio),
    'firebreak until 202, stored': rounded(summary(samples.firebreak.map(({ answered }) => answered))),
    'alertmanager until 200, in memory': rounded(
      summary(samples.alertmanager.map(({ answered }) => answered)),
    ),
  });
  return {
    firebreak: rounded(told.firebreak),
    alertmanager: rounded(told.alertmanager),
    ratio: rounded(ratio),
  };
}

const idle = await section('idle', rounds);
const over = new AbortController();
const loading = load(senders, over.signal);
const loaded = await section(`under load of ${LOAD_PER_SECOND} alerts/s`, loadedRounds);
over.abort();
const background = await loading;
console.log(JSON.stringify({ machine, idle, loaded, background }));
