import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type App, startApp } from '../app.ts';
import { Secret } from '../domain/secret.ts';
import type { SlackSandbox } from '../sandbox/slack/server.ts';
import { drillConfig } from './drill-config.ts';
import { startDrillSlack } from './drill-slack.ts';
import type { Ground } from './stage/ground.ts';
import type { OwnedStage } from './stage/set-stage.ts';

/** The role that Firebreak logs in as. */
export const FIREBREAK_ROLE = 'firebreak';

/** Firebreak as in production, watching a stage, with a sandbox of Slack. */
export interface StageFirebreak extends AsyncDisposable {
  readonly app: App;
  readonly slack: SlackSandbox;
  readonly webhook: { readonly url: string; readonly token: string };
}

/** Starts Firebreak with the rights that its documentation asks for, and nothing of the drill's own. */
export async function startFirebreakOn(
  stage: OwnedStage,
  options: { ground: Ground; directory: string; slackPort: number; recordTo?: string; logger: Logger },
): Promise<StageFirebreak> {
  await using parts = new AsyncDisposableStack();
  const { names } = stage.shape;
  await stage.role(FIREBREAK_ROLE, ['pg_monitor', 'pg_signal_backend']);
  const slack = parts.use(await startDrillSlack(options.slackPort, options.recordTo));
  const kubeconfig = join(options.directory, 'kubeconfig');
  await writeFile(kubeconfig, stage.cluster.kubeconfig, { mode: 0o600 });
  const alertToken = new Secret(randomBytes(18).toString('hex'));
  const url = (server: 'primary' | 'replica') =>
    new Secret(stage.url({ role: FIREBREAK_ROLE, server, direct: true }));
  const config = drillConfig({
    state: { directory: join(options.directory, 'state'), url: new Secret(await options.ground.newState()) },
    kubeconfig,
    namespaces: [names.services, names.batches],
    database: {
      name: names.monitored,
      service: names.service,
      url: url('primary'),
      cores: stage.cores,
      replicas:
        stage.servers.replica === undefined
          ? []
          : [{ name: names.replica, url: url('replica'), cores: stage.cores }],
      pgbouncer:
        stage.pgbouncer === undefined
          ? []
          : [{ name: names.pooler, url: new Secret(stage.pgbouncer.adminUrl), pools: [names.database] }],
      prometheus: null,
      impact: [],
    },
    slack,
    alertToken,
  });
  const app = parts.use(await startApp(config, options.logger));
  const owned = parts.move();
  return {
    app,
    slack,
    webhook: { url: `${app.httpUrl}/alerts/alertmanager`, token: alertToken.reveal() },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}
