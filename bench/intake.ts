import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { startPostgres } from '../src/adapters/embedded-postgres/start-postgres.ts';
import { afterQuiet } from './intake/after-quiet.ts';
import { alertmanagerVersion, BACKGROUND, startAlertmanager } from './intake/alertmanager.ts';
import { startFakeSlack } from './intake/fake-slack.ts';
import { startFirebreak } from './intake/firebreak.ts';
import { relays, sdkCalls, syncs } from './intake/floor.ts';
import { legsOf, recordingLegs } from './intake/legs.ts';
import { ratioOf, rounded, summary } from './intake/statistics.ts';
import { alertOf, bodyFor, measure, type Sample, type Subject, subjectOf } from './intake/subject.ts';

/**
 * From the POST of an alert to the call of Slack's API: Firebreak, which stores the alert durably before it answers,
 * against the Alertmanager of Debian with its own Slack receiver (group_wait 0s), which keeps it in memory: once alone,
 * once with its clustering on, as Debian starts it. Rounds of all alternate; each alert is a new incident and a new group;
 * the pace is below Slack's limits, so that pacing is not what is measured.
 */
const program = new Command('intake')
  .description('Compares alert → Slack of Firebreak and of Alertmanager, both into one fake Slack.')
  .option('--rounds <n>', 'alerts of each, with nothing beside', Number, 100)
  .option('--loaded <n>', 'alerts of each, under load', Number, 20)
  .option('--quiet <n>', 'alerts of each, after a quiet time and with Slack far away', Number, 50)
  .option('--distances <ms>', 'milliseconds to Slack and back, then', numbers, [0, 20, 40])
  .option(
    '--wait <s>',
    'wait so many quiet seconds before each of them (Alertmanager keeps a connection for 300)',
    Number,
  )
  .option('--legs', 'print where the time of Firebreak goes (slows it down a little)', false)
  .addHelpText('after', '\nExample:\n  $ npx node bench/intake.ts --rounds 20 --loaded 10 --legs');
const options = program.parse().opts<{
  rounds: number;
  loaded: number;
  quiet: number;
  distances: number[];
  wait?: number;
  legs: boolean;
}>();

const CHANNELS = { firebreak: 'C0FIREBREAK', alertmanager: 'C0ALERTMANAGER', clustered: 'C0CLUSTERED' };
type System = keyof typeof CHANNELS;
const SYSTEMS: readonly System[] = ['firebreak', 'alertmanager', 'clustered'];
const WARM_UP = 5;
/** A round makes two posts of Firebreak; Slack takes about one each second in a channel. */
const ROUND_MS = 2_600;
/** New alerts each second that come on top in the section under load: Firebreak writes down for each why it leads to nothing. */
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

/** Sends further alerts to all, evenly, until the signal aborts; how many, and how many were not taken. */
async function load(
  loaded: Record<System, Subject>,
  signal: AbortSignal,
): Promise<{ sent: number; failed: number }> {
  const startsAt = new Date().toISOString();
  const began = performance.now();
  const counts = { sent: 0, failed: 0 };
  while (!signal.aborted) {
    counts.sent += 1;
    const labels = { alertname: BACKGROUND, database: 'background' };
    const alert = alertOf(`load-${counts.sent}`, 'firing', startsAt, labels);
    for (const { kind, sender } of Object.values(loaded)) {
      sender.post(bodyFor(kind, alert)).catch(() => {
        counts.failed += 1;
      });
    }
    const next = began + (counts.sent * 1000) / LOAD_PER_SECOND;
    await delay(Math.max(0, next - performance.now()), undefined, { signal }).catch(() => undefined);
  }
  return counts;
}

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
const legs = join(directory, 'legs');
const victim = stack.use(
  await startPostgres({ dataDirectory: join(directory, 'victim'), listen: { host: '127.0.0.1' } }),
);
const ours = await startFirebreak({
  directory,
  slackApiUrl: slack.apiUrl,
  channel: CHANNELS.firebreak,
  databases: [{ name: 'orders', url: victim.url() }],
  runbook: RUNBOOK,
  nodeArguments: options.legs ? recordingLegs(legs) : [],
});
stack.use(ours.process);
const [alone, clustered] = await Promise.all(
  (['alertmanager', 'clustered'] as const).map(async (system) =>
    startAlertmanager({
      directory,
      slackApiUrl: slack.apiUrl,
      channel: CHANNELS[system],
      clustered: system === 'clustered',
    }),
  ),
);
if (alone === undefined || clustered === undefined) throw new Error('There are two Alertmanagers.');
stack.use(alone.process);
stack.use(clustered.process);
const createSubjects = (): Record<System, Subject> => ({
  firebreak: subjectOf(stack, 'firebreak', CHANNELS.firebreak, ours),
  alertmanager: subjectOf(stack, 'alertmanager', CHANNELS.alertmanager, alone),
  clustered: subjectOf(stack, 'alertmanager', CHANNELS.clustered, clustered),
});
const subjects = createSubjects();

/** `id` is part of each alert, in letters that no encoding changes. */
async function section(id: string, name: string, count: number) {
  const samples: Record<System, Sample[]> = { firebreak: [], alertmanager: [], clustered: [] };
  for (let round = -WARM_UP; round < count; round += 1) {
    const began = performance.now();
    for (const system of round % 2 === 0 ? SYSTEMS : SYSTEMS.toReversed()) {
      const token = `${id}-${round + WARM_UP}-${system}`;
      const sample = await measure(subjects[system], slack, token);
      if (round >= 0) samples[system].push(sample);
    }
    await delay(Math.max(0, ROUND_MS - (performance.now() - began)));
  }
  const told = (system: System) => summary(samples[system].map((sample) => sample.told));
  const answered = (system: System) => summary(samples[system].map((sample) => sample.answered));
  const figures = {
    firebreak: rounded(told('firebreak')),
    alertmanager: rounded(told('alertmanager')),
    ratio: rounded(ratioOf(told('firebreak'), told('alertmanager'))),
    'alertmanager, clustered': rounded(told('clustered')),
    'ratio to clustered': rounded(ratioOf(told('firebreak'), told('clustered'))),
  };
  console.log(`\n${name}: ${count} alerts each, milliseconds from the POST to the call of Slack`);
  console.table({
    ...figures,
    'firebreak until 202, stored': rounded(answered('firebreak')),
    'alertmanager until 200, in memory': rounded(answered('alertmanager')),
  });
  if (options.legs && id === 'idle') {
    await delay(500);
    console.table(
      legsOf(
        legs,
        samples.firebreak.map(({ way }) => way),
      ),
    );
  }
  return figures;
}

function numbers(list: string): number[] {
  return list.split(',').map(Number);
}

const idle = options.rounds > 0 ? await section('idle', 'with nothing beside', options.rounds) : null;
const over = new AbortController();
const loading = options.loaded > 0 ? load(createSubjects(), over.signal) : { sent: 0, failed: 0 };
const loaded =
  options.loaded > 0
    ? await section('loaded', `under load of ${LOAD_PER_SECOND} alerts/s`, options.loaded)
    : null;
over.abort();
const background = await loading;
const floor = {
  'one sync of the disk': rounded(summary(await syncs(directory, 100))),
  "one call of Slack's SDK, until it arrives": rounded(summary(await sdkCalls(slack, 100))),
  'a Node process that stores nothing, from the POST': rounded(summary(await relays(slack, 100))),
  'the same without the SDK, after storing one row': rounded(summary(await relays(slack, 100, victim.url()))),
};
console.log('\nthe floor, milliseconds: what a process that decides nothing takes here');
console.table(floor);
const quiet = [];
for (const distanceMs of options.quiet > 0 ? options.distances : []) {
  quiet.push(
    await afterQuiet({
      directory,
      slack,
      databaseUrl: victim.url(),
      runbook: RUNBOOK,
      count: options.quiet,
      distanceMs,
      roundMs: ROUND_MS,
      quietMs: options.wait === undefined ? null : options.wait * 1000,
    }),
  );
}
console.log(JSON.stringify({ machine, idle, loaded, background, floor, quiet }));
