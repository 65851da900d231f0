/**
 * A storm of alerts: 10,000 in one minute for 200 services, every group sent by two Alertmanagers, among requests that are
 * cut, malformed, too large or not proven, while a person works on an incident. Prints what intake, Slack and memory did.
 * Usage: npx node bench/storm.ts [services=200] [seconds=60] [drain seconds=600]
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { runStorm } from '../test/faults/storm/run-storm.ts';
import { openWorlds, worldOf } from '../test/faults/world.ts';
import { rounded, summary } from './intake/statistics.ts';

const [services = 200, seconds = 60, drainSeconds = 600] = process.argv.slice(2).map(Number);
console.log(
  `${availableParallelism()} cores (${cpus()[0]?.model}), load before ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
);
await using stack = new AsyncDisposableStack();
const world = worldOf(await openWorlds(stack, 1), 0);
const { sent, wrong, watched, clicksBefore, clicks, stored, slack, settledMs, drainedMs } = await runStorm(
  world,
  {
    state: 'embedded',
    services,
    durationMs: seconds * 1000,
    ignored: Math.ceil(services / 20),
    killAtMs: null,
    drainMs: drainSeconds * 1000,
  },
);
const figures = {
  alerts: sent.alerts,
  alertsPerSecond: Math.round(sent.alerts / seconds),
  requests: sent.latencies.length,
  answers: Object.fromEntries(sent.statuses),
  intakeMs: rounded(summary(sent.latencies)),
  storedRows: stored.rows,
  deliveries: stored.deliveries,
  unsettled: stored.unsettled,
  settlingMs: rounded(summary(stored.settling)),
  settledAfterStormMs: Math.round(settledMs),
  openIncidents: stored.openIncidents,
  doubleIncidents: stored.doubleIncidents.length,
  healthMs: rounded(summary(watched.health)),
  unhealthy: watched.unhealthy,
  megabytes: { first: watched.firstMegabytes, most: watched.mostMegabytes },
  clickMsBefore: rounded(summary(clicksBefore.map(({ decidedMs }) => decidedMs))),
  clickMs: rounded(summary(clicks.map(({ decidedMs }) => decidedMs))),
  clicks: clicks.length,
  cardMs: rounded(summary(clicks.map(({ cardMs }) => cardMs))),
  slack: {
    ...slack,
    postsPerSecond: Math.round(slack.postsPerSecond * 100) / 100,
    twice: slack.twice.length,
  },
  wrongAnswers: wrong.length,
  everyParentAfterMs: drainedMs === null ? null : Math.round(drainedMs),
};
for (const [name, value] of Object.entries(figures)) console.log(name.padEnd(22), JSON.stringify(value));
console.log(JSON.stringify(figures));
