import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import { startBatchCluster } from '../../test/support/rig/batch-cluster.ts';
import { DATABASE, install } from '../../test/support/rig/install.ts';
import { ANNA, BEN, DANA, startSlackOf } from '../../test/support/rig/slack-of.ts';
import { startSmallVictim } from '../../test/support/rig/victim.ts';

export const title = {
  diagnose: 'Diagnose CPU, connections and replication lag',
  list: 'List the long queries and who owns them',
  suspend: 'Suspend the CronJob behind them',
  kill: 'Kill the queries of the culprit',
  watch: 'Watch until the database has recovered',
  resume: 'Resume or reschedule the CronJob',
} as const;

/** The steps of pool-exhaustion that an overload by a batch job needs, in short times. */
const STEPS = [
  { id: 'diagnose', kind: 'postgres.diagnose', byHand: 'Open psql.' },
  {
    id: 'list',
    kind: 'postgres.list-queries',
    params: { olderThanSeconds: 1, limit: 50 },
    byHand: 'Open psql.',
  },
  { id: 'suspend', kind: 'kubernetes.suspend-cronjob', byHand: 'kubectl patch it with suspend: true.' },
  {
    id: 'kill',
    kind: 'postgres.kill-queries',
    params: { cancelSeconds: 2, proofSeconds: 15 },
    byHand: 'pg_cancel_backend, then pg_terminate_backend.',
  },
  {
    id: 'watch',
    kind: 'recovery.watch',
    params: { quietSamples: 3, everySeconds: 2, timeoutMinutes: 10 },
    byHand: 'Look at pg_stat_activity until it is quiet.',
  },
  {
    id: 'resume',
    kind: 'kubernetes.resume-cronjob',
    params: { offPeakSchedule: '0 3 * * *' },
    byHand: 'Change its schedule.',
  },
] as const;

export interface Overload extends AsyncDisposable {
  readonly slack: SlackSandbox;
  /** Where alerts are sent to. */
  readonly httpUrl: string;
  /** Connection string of a role of the database. */
  readonly url: (role: string) => string;
  /** Runs statements in it as a superuser. */
  readonly execute: (sql: string) => Promise<void>;
}

/** The hour's minute in which the audits tell what changed: soon, and only once. */
const soon = () => `${(new Date().getUTCMinutes() + 2) % 60} * * * *`;

/** A database on which a batch job works that takes no CPU, its cluster, the sandbox of Slack, and Firebreak. */
export async function startOverload(): Promise<Overload> {
  await using parts = new AsyncDisposableStack();
  const victim = parts.use(await startSmallVictim({ max_connections: 100 }));
  const cluster = parts.use(await startBatchCluster(victim));
  parts.defer(async () => victim.endBatch());
  const slack = parts.use(await startSlackOf('socket'));
  const deciders = [ANNA, BEN];
  const installation = parts.use(
    install({
      slack,
      mode: 'socket',
      victim,
      cluster,
      steps: STEPS.map((step) => ({
        ...step,
        title: title[step.id],
        confirm: step.id === 'resume' ? 'two' : 'one',
      })),
      runbook: { default: true, remind: { threadAfter: '20s', groupAfter: '45s', pageAfter: 'never' } },
      config: {
        authority: {
          observe: deciders,
          workload: deciders,
          session: deciders,
          incident: deciders,
          breakGlass: { classes: ['session'], people: [DANA] },
        },
        audits: { schedule: { cron: soon(), timeZone: 'UTC' } },
        // Nothing is told before the post-mortem leaves something to do.
        followUps: { digest: { cron: '* * * * *', timeZone: 'UTC' } },
        watchdog: {
          policies: [
            {
              name: 'report-batch',
              database: DATABASE,
              roles: ['batch'],
              olderThan: 60,
              load: { onCpuPerCore: 1 },
              most: 3,
            },
          ],
        },
      },
    }),
  );
  copyFileSync('runbooks/prevention.yml', join(installation.directory, 'prevention.yml'));
  Object.assign(process.env, installation.env);
  await cluster.sandbox.createJobFrom('analytics', 'batch');
  while ((await victim.batchSeconds()) < 6) await new Promise((resolve) => setTimeout(resolve, 500));
  const config = await loadConfig(installation.configFile);
  const app = parts.use(await startApp(config, pino({ level: 'error' }, process.stderr)));
  const running = parts.move();
  return {
    slack,
    httpUrl: app.httpUrl,
    url: victim.url,
    execute: victim.execute,
    [Symbol.asyncDispose]: async () => running.disposeAsync(),
  };
}
