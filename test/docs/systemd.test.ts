import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { CHANNEL } from '../support/channel.ts';
import { startSlackOf } from '../support/rig/slack-of.ts';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';
import { commandsFor } from './where-typed.ts';

/** One of those that DynamicUser= takes. */
const USER = 64_321;
const UNIT = readFileSync('deploy/systemd/firebreak.service', 'utf8');
const CREDENTIALS = '/run/credentials/firebreak.service';
/** The folders that commands and unit write to; in their place there are others, which nothing else sees. */
const OWN = { etc: '/etc', lib: '/var/lib', run: '/run' };

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

/** The values of a key of the unit. */
const valuesOf = (key: string) =>
  [...UNIT.matchAll(new RegExp(`^${key}=(.+)$`, 'gm'))].map(([, value = '']) => value);

/** What the page tells to have: the configuration, and a folder with the secrets. */
function prepare(
  directory: string,
  { slackApiUrl, secrets }: { slackApiUrl: string; secrets: Record<string, string> },
) {
  const credential = (name: string) => ({ file: `${CREDENTIALS}/${name}` });
  const config = {
    slack: {
      channel: CHANNEL,
      apiUrl: slackApiUrl,
      botToken: credential('slack-bot-token'),
      appToken: credential('slack-app-token'),
    },
    http: { host: '127.0.0.1', port: 0 },
    state: { directory: '/var/lib/firebreak/state' },
    alerts: {
      sources: [{ name: 'alertmanager', format: 'alertmanager', bearer: credential('alertmanager-token') }],
    },
    databases: [{ name: 'orders-primary', url: credential('orders-primary-url') }],
    authority: {},
  };
  writeFileSync(join(directory, 'firebreak.yml'), stringify(config));
  mkdirSync(join(directory, 'secrets'));
  for (const [name, secret] of Object.entries(secrets))
    writeFileSync(join(directory, 'secrets', name), secret);
  symlinkSync(resolve('deploy'), join(directory, 'deploy'));
  for (const name of Object.keys(OWN)) mkdirSync(join(directory, name));
  cpSync('/etc', join(directory, 'etc'), { recursive: true, verbatimSymlinks: true });
}

/** The commands of the page, and then what systemd does with the unit, as far as it is not the kernel's part. */
function script(directory: string): string {
  const loaded = valuesOf('LoadCredential').map((value) => value.split(':'));
  const [program = '', ...args] = (valuesOf('ExecStart')[0] ?? '').split(' ');
  expect(program).toBe('/usr/bin/firebreak');
  const environment = [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin',
    'HOME=/',
    `CREDENTIALS_DIRECTORY=${CREDENTIALS}`,
    'STATE_DIRECTORY=/var/lib/firebreak',
  ];
  const node = process.execPath.replace(resolve('.'), '/srv');
  return [
    'set -eu',
    ...Object.entries(OWN).map(([name, path]) => `mount --bind ${join(directory, name)} ${path}`),
    // The start is what comes below.
    ...commandsFor('test/docs/systemd.test.ts').map((line) => line.replace('enable --now', 'enable')),
    `install -d -m ${valuesOf('StateDirectoryMode')[0]} -o ${USER} /var/lib/${valuesOf('StateDirectory')[0]}`,
    `install -d -m 700 -o ${USER} ${CREDENTIALS}`,
    ...loaded.map(([name, file]) => `install -m 400 -o ${USER} ${file} ${CREDENTIALS}/${name}`),
    // As nss-systemd answers.
    `echo 'firebreak:x:${USER}:${USER}::/:/usr/sbin/nologin' >> /etc/passwd`,
    // The program lies where everybody may read it, and nothing else than the folders above and /tmp can be written.
    `mount --bind ${resolve('.')} /srv`,
    'mount -o remount,bind,ro /srv',
    'mount --bind /tmp /tmp',
    'mount -o remount,bind,ro /',
    `umask ${valuesOf('UMask')[0]}`,
    'cd /',
    `exec setpriv --reuid=${USER} --regid=${USER} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \\`,
    `  env -i ${environment.join(' ')} ${node} /srv/src/main.ts ${args.join(' ')}`,
  ].join('\n');
}

test.skipIf(!canMount)(
  'the unit is installed by the commands of the page, and Firebreak runs as it says, with nothing else to write to',
  { timeout: 180_000 },
  async () => {
    const directory = temporaryDirectory();
    onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
    await using slack = await startSlackOf('socket');
    const secrets = {
      'slack-bot-token': slack.botToken,
      'slack-app-token': slack.appToken,
      'alertmanager-token': 'token-of-the-alerts',
      'orders-primary-url': 'postgresql://firebreak@127.0.0.1:9/orders',
    };
    prepare(directory, { slackApiUrl: slack.apiUrl, secrets });

    const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script(directory)], {
      cwd: directory,
      // There is no systemd to talk to: systemctl does what it does for a machine that is not booted.
      env: { ...process.env, SYSTEMD_OFFLINE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'close');
    let said = '';
    const running = Promise.withResolvers<string>();
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const [, url] =
          /Firebreak is running.*?"http":"([^"]+)"|"http":"([^"]+)".*?Firebreak is running/
            .exec(said)
            ?.filter(Boolean) ?? [];
        if (url !== undefined) running.resolve(url);
      });
    void ended.then(() => running.reject(new Error(`It ended:\n${said}`)));

    const url = await running.promise;
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const installed = join(directory, 'etc', 'systemd', 'system');
    expect(existsSync(join(installed, 'firebreak.service'))).toBe(true);
    expect(said).toContain('multi-user.target.wants/firebreak.service');
    expect(statSync(join(directory, 'etc', 'firebreak', 'secrets')).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'lib', 'firebreak', 'state')).uid).toBe(USER);

    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  },
);
