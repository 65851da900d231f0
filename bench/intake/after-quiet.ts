import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { behindTls } from '../../test/support/behind-tls.ts';
import { startAlertmanager } from './alertmanager.ts';
import { startDistance } from './distance.ts';
import type { FakeSlack } from './fake-slack.ts';
import { startFirebreak } from './firebreak.ts';
import { ratioOf, rounded, summary } from './statistics.ts';
import { measure, type Subject, subjectOf } from './subject.ts';

const CHANNELS = { firebreak: 'C0FARFIREBREAK', alertmanager: 'C0FARALERTMANAGER' };
const WARM_UP = 3;

export interface QuietOptions {
  readonly directory: string;
  readonly slack: FakeSlack;
  readonly databaseUrl: string;
  readonly runbook: object;
  /** Alerts of each. */
  readonly count: number;
  /** Milliseconds to Slack and back. */
  readonly distanceMs: number;
  /** Milliseconds from one alert to the next. */
  readonly roundMs: number;
  /** Milliseconds of real quiet before each alert; null for the connection of a receiver that has not sent before. */
  readonly quietMs: number | null;
}

/**
 * The first alert after a quiet time, with Slack where it is: behind TLS and a network. Alertmanager closes a connection
 * that was idle for five minutes and opens one for the alert; Firebreak has asked Slack meanwhile and has one open
 * (src/slack/health/heartbeat.ts). So that nobody has to wait five minutes for each alert, each goes to a receiver of its own,
 * which has its own connections and has none yet; with `quietMs` the time is waited for, and there is one receiver.
 */
export async function afterQuiet(options: QuietOptions) {
  const { slack, count, distanceMs, quietMs } = options;
  const directory = join(options.directory, `quiet-${distanceMs}-${quietMs ?? 'new'}`);
  mkdirSync(directory, { mode: 0o711 });
  await using stack = new AsyncDisposableStack();
  const tls = stack.use(await behindTls(slack.apiUrl));
  const authority = join(directory, 'authority.pem');
  writeFileSync(authority, tls.certificate);
  const port = Number(new URL(tls.url).port);
  const ways = {
    firebreak: stack.use(await startDistance(port, distanceMs)),
    alertmanager: stack.use(await startDistance(port, distanceMs)),
  };
  const ours = await startFirebreak({
    directory,
    slackApiUrl: `https://127.0.0.1:${ways.firebreak.port}/api/`,
    channel: CHANNELS.firebreak,
    databases: [{ name: 'orders', url: options.databaseUrl }],
    runbook: options.runbook,
    env: { NODE_EXTRA_CA_CERTS: authority },
  });
  stack.use(ours.process);
  const receivers = quietMs === null ? count + WARM_UP : 1;
  const theirs = await startAlertmanager({
    directory,
    slackApiUrl: `https://127.0.0.1:${ways.alertmanager.port}/api/`,
    channel: CHANNELS.alertmanager,
    clustered: false,
    authority,
    receivers,
  });
  stack.use(theirs.process);
  const subjects: Record<Subject['kind'], Subject> = {
    firebreak: subjectOf(stack, 'firebreak', CHANNELS.firebreak, ours),
    alertmanager: subjectOf(stack, 'alertmanager', CHANNELS.alertmanager, theirs),
  };
  const told: Record<Subject['kind'], number[]> = { firebreak: [], alertmanager: [] };
  const opened: Record<Subject['kind'], number> = { firebreak: 0, alertmanager: 0 };
  const kinds = ['firebreak', 'alertmanager'] as const;
  for (let round = -WARM_UP; round < count; round += 1) {
    if (round >= 0 && quietMs !== null) await delay(quietMs);
    const began = performance.now();
    for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
      const before = ways[kind].connections();
      const token = `quiet-${distanceMs}-${round + WARM_UP}-${kind}`;
      const receiver = quietMs === null ? round + WARM_UP : 0;
      const sample = await measure(subjects[kind], slack, token, { receiver: String(receiver) });
      if (round < 0) continue;
      told[kind].push(sample.told);
      opened[kind] += ways[kind].connections() - before;
    }
    await delay(Math.max(0, options.roundMs - (performance.now() - began)));
  }
  const figures = {
    firebreak: rounded(summary(told.firebreak)),
    alertmanager: rounded(summary(told.alertmanager)),
    ratio: rounded(ratioOf(summary(told.firebreak), summary(told.alertmanager))),
  };
  const quiet =
    quietMs === null
      ? 'a quiet time, each of Alertmanager through a receiver that has no connection yet'
      : `${quietMs / 1000} quiet seconds`;
  console.log(`\nafter ${quiet}, Slack behind TLS and ${distanceMs} ms away:`);
  console.log(`${count} alerts each, milliseconds from the POST to the call of Slack`);
  console.table(figures);
  console.log(
    `connections opened for them: Firebreak ${opened.firebreak}, Alertmanager ${opened.alertmanager}`,
  );
  return { distanceMs, quietMs, ...figures, opened };
}
