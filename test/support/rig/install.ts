import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { FIREBREAK_USER } from '../../../src/drill/manifests.ts';
import type { SlackSandbox } from '../../../src/sandbox/slack/server.ts';
import type { TestCluster } from '../../sandbox/kubernetes/cluster.ts';
import { CHANNEL } from '../channel.ts';
import { ANNA } from './slack-of.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import type { Victim } from './victim.ts';

export const DATABASE = 'orders-primary';
/** What the sender of the alerts proves itself with. */
export const ALERT_TOKEN = 'token-of-the-alerts';

export interface Installation extends Disposable {
  /** Where everything of it lies; the embedded state is in `state`. */
  readonly directory: string;
  readonly configFile: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a user writes: firebreak.yml, a runbook, the kubeconfig, and the environment with the secrets. */
export function install(parts: {
  readonly slack: SlackSandbox;
  readonly mode: 'socket' | 'http';
  readonly slackPort?: number;
  readonly victim: Pick<Victim, 'url'>;
  readonly cluster: TestCluster;
  /** Steps of a runbook of one's own; without them the shipped ones are used. */
  readonly steps?: readonly object[];
  /** Further fields of that runbook, such as planValidMinutes. */
  readonly runbook?: object;
  /** An external state; without it the embedded one is used. */
  readonly stateUrl?: string;
  /** Further sections of firebreak.yml, in place of those that are written otherwise. */
  readonly config?: object;
  /** Further variables, such as secrets that `config` names. */
  readonly env?: Readonly<Record<string, string>>;
}): Installation {
  const { slack, victim, cluster } = parts;
  const directory = temporaryDirectory();
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const runbook = {
    id: 'overload',
    title: 'The database is overloaded',
    summary: 'End the batch.',
    alerts: ['Overload'],
    planValidMinutes: 10,
    steps: parts.steps ?? [],
    ...parts.runbook,
  };
  if (parts.steps !== undefined) file('overload.yml', stringify(runbook));
  const everybody = [ANNA];
  const config = {
    slack: {
      mode: parts.mode,
      channel: CHANNEL,
      apiUrl: slack.apiUrl,
      host: '127.0.0.1',
      port: parts.slackPort ?? 0,
    },
    http: { host: '127.0.0.1', port: 0 },
    state: {
      directory: join(directory, 'state'),
      ...(parts.stateUrl === undefined ? {} : { url: { env: 'STATE_URL' } }),
    },
    alerts: { sources: [{ name: 'checks', format: 'generic', bearer: { env: 'CHECKS_TOKEN' } }] },
    databases: [{ name: DATABASE, cores: 2, url: { env: 'ORDERS_URL' } }],
    kubernetes: {
      kubeconfig: file('kubeconfig', cluster.sandbox.kubeconfig(FIREBREAK_USER)),
      namespaces: ['analytics'],
    },
    ...(parts.steps === undefined ? {} : { runbooks: { directory } }),
    authority: { observe: everybody, workload: everybody, session: everybody, incident: everybody },
    ...parts.config,
  };
  return {
    directory,
    configFile: file('firebreak.config', stringify(config, { aliasDuplicateObjects: false })),
    env: {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      CHECKS_TOKEN: ALERT_TOKEN,
      ORDERS_URL: victim.url('bot'),
      ...(parts.stateUrl === undefined ? {} : { STATE_URL: parts.stateUrl }),
      ...parts.env,
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}
