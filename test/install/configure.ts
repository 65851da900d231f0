import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { channel, people } from '../../src/drill/people.ts';
import { type SlackSandbox, startSlackSandbox } from '../../src/sandbox/slack/server.ts';
import type { Home } from './home.ts';
import type { Monitoring } from './monitoring.ts';
import type { RunStage } from './stages.ts';
import type { World } from './world.ts';

/** The role that init names in grants.sql, as the URLs do. */
export const ROLE = 'firebreak';

export interface Surroundings {
  readonly home: Home;
  readonly world: World;
  readonly monitoring: Monitoring;
  readonly alertToken: string;
  readonly port: number;
}

/** Makes a workspace and installs the app in it, by the manifest that init prints. */
export async function makeSlackApp(home: Home, stage: RunStage): Promise<SlackSandbox> {
  return await stage(
    'Slack has an app of the manifest',
    { hint: 'firebreak init --print manifest' },
    async () => {
      const { stdout } = await home.firebreak(['init', '--print', 'manifest']);
      return await startSlackSandbox({
        manifest: parse(stdout) as Parameters<typeof startSlackSandbox>[0]['manifest'],
        users: people.map(({ id, name, realName }) => ({ id, name, realName })),
        channels: [{ ...channel, members: people.map(({ id }) => id) }],
      });
    },
  );
}

/** `firebreak init`, then the lines that only this machine has, then `firebreak check`. */
export async function configure(parts: Surroundings, slack: SlackSandbox, stage: RunStage): Promise<void> {
  const { home, world, port } = parts;
  setSecrets(parts, slack);
  await stage('firebreak init', { hint: 'firebreak init --help' }, async (note) => {
    const { stdout } = await home.firebreak(['init', '--yes', '--json', ...answers(parts, slack)]);
    const told = Told.parse(JSON.parse(stdout));
    if (told.secretsNotSet.length > 0) throw new Error(`Not set: ${told.secretsNotSet.join(', ')}`);
    note(told.written.join(', '));
  });
  await stage('firebreak check', { hint: home.path('firebreak.yml') }, async () => {
    const written = readFileSync(home.path('firebreak.yml'), 'utf8');
    const moved = replaced(written, 'host: 0.0.0.0\n  port: 8080', `host: 127.0.0.1\n  port: ${port}`);
    home.write('firebreak.yml', replaced(moved, '# cores: 8', `cores: ${world.stage.cores}`));
    await home.firebreak(['check', '--config', 'firebreak.yml']);
  });
}

const Told = z.object({ written: z.array(z.string()), secretsNotSet: z.array(z.string()) });

function setSecrets({ home, world, alertToken }: Surroundings, slack: SlackSandbox): void {
  // Nothing leaves this machine, and its servers have no certificates.
  const url = (server: 'primary' | 'replica') =>
    `${world.stage.url({ role: ROLE, server, direct: true })}?sslmode=disable`;
  home.set({
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_CONFIG_TOKEN: slack.configToken,
    ALERTMANAGER_TOKEN: alertToken,
    PATIENTS_URL: url('primary'),
    PATIENTS_RO_URL: url('replica'),
    POOL_MAIN_URL: world.stage.pgbouncer?.adminUrl ?? '',
  });
}

function answers({ home, world, monitoring }: Surroundings, slack: SlackSandbox): string[] {
  const { monitored, replica, pooler, services, batches } = world.names;
  const options: readonly (readonly [option: string, value: string])[] = [
    ['--slack-channel', channel.id],
    ['--slack-api-url', slack.apiUrl],
    ['--database', `${monitored}=PATIENTS_URL`],
    ['--replica', `${monitored}/${replica}=PATIENTS_RO_URL`],
    ['--pgbouncer', `${monitored}/${pooler}=POOL_MAIN_URL`],
    ['--prometheus', monitoring.url],
    ['--kubeconfig', home.write('kubeconfig', world.stage.cluster.kubeconfig)],
    ['--namespace', services],
    ['--namespace', batches],
    ['--approver', people[0].id],
    ['--approver', people[1].id],
    ['--time-zone', 'Europe/Berlin'],
  ];
  return options.flat();
}

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`firebreak.yml has no line "${from}" any more.`);
  return text.replace(from, to);
}

/** A token as somebody makes it for a source of alerts. */
export function newAlertToken(): string {
  return randomBytes(24).toString('hex');
}
