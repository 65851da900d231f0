import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { unprivilegedAccount } from '../../adapters/embedded-postgres/account.ts';
import { choosePort } from '../../adapters/embedded-postgres/addresses.ts';
import { FirebreakError } from '../../domain/errors.ts';
import { PGBOUNCER_PID } from '../leftovers.ts';
import type { Settings } from '../settings.ts';

const HOST = '127.0.0.1';
const ADMIN = 'pgbouncer_admin';
const READY_MS = 10_000;

/** A real PgBouncer in front of a primary. */
export interface PgBouncer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** URL of its admin console, for a user that may do everything there. */
  readonly adminUrl: string;
  /** Lets a role in; its password is the one of the stage. */
  admit(role: string): Promise<void>;
  /** Runs one command of the admin console, such as `SHOW POOLS`. */
  console(command: string): Promise<Record<string, unknown>[]>;
}

/**
 * Starts the PgBouncer of this machine.
 * @throws FirebreakError `drill-needs` when there is none.
 */
export async function startPgBouncer(options: {
  readonly directory: string;
  readonly primary: { readonly host: string; readonly port: number };
  readonly password: string;
  readonly settings: Settings;
}): Promise<PgBouncer> {
  const { directory, primary, password } = options;
  const account = unprivilegedAccount();
  await mkdir(directory, { recursive: true });
  const port = await choosePort({ host: HOST });
  const roles = new Set([ADMIN]);
  const usersFile = join(directory, 'users.txt');
  const write = async (path: string, text: string) => {
    await writeFile(path, text, { mode: 0o600 });
    if (account !== undefined) await chown(path, account.uid, account.gid);
  };
  const writeUsers = () => write(usersFile, [...roles].map((role) => `"${role}" "${password}"\n`).join(''));
  const settings: Settings = {
    listen_addr: HOST,
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: usersFile,
    admin_users: ADMIN,
    pool_mode: 'transaction',
    default_pool_size: 20,
    max_client_conn: 500,
    server_login_retry: 1,
    ignore_startup_parameters: 'extra_float_digits,options',
    ...options.settings,
  };
  await writeUsers();
  const configFile = join(directory, 'pgbouncer.ini');
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${String(value)}`);
  await write(
    configFile,
    `[databases]\n* = host=${primary.host} port=${primary.port}\n\n[pgbouncer]\n${lines.join('\n')}\n`,
  );
  await chmod(directory, 0o755);
  const child = spawn(await findPgBouncer(), ['--quiet', configFile], {
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await writeFile(join(directory, PGBOUNCER_PID), String(child.pid ?? ''));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4_000);
  });
  const exited = once(child, 'exit').catch((error: Error) => {
    said += error.message;
  });
  let over = false;
  void exited.then(() => {
    over = true;
  });
  const adminUrl = `postgresql://${ADMIN}:${password}@${HOST}:${port}/pgbouncer`;
  const bouncer: PgBouncer = {
    host: HOST,
    port,
    adminUrl,
    async admit(role) {
      if (roles.has(role)) return;
      roles.add(role);
      await writeUsers();
      await runOnConsole(adminUrl, 'RELOAD');
    },
    console: async (command) => runOnConsole(adminUrl, command),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
  const deadline = Date.now() + READY_MS;
  for (;;) {
    try {
      await bouncer.console('SHOW VERSION');
      return bouncer;
    } catch (error) {
      if (over || Date.now() > deadline) {
        await bouncer[Symbol.asyncDispose]();
        throw new FirebreakError('drill-needs', `PgBouncer did not start: ${said.trim()}`, {
          hint: 'Run "pgbouncer --version" to see whether it works here.',
          cause: error,
        });
      }
      await delay(50);
    }
  }
}

async function runOnConsole(url: string, command: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(command)).rows;
  } finally {
    await client.end();
  }
}

/** Where PgBouncer is: on the PATH, or where Debian puts programs of the system, which is not on every PATH. */
async function findPgBouncer(): Promise<string> {
  for (const path of ['pgbouncer', '/usr/sbin/pgbouncer', '/opt/homebrew/bin/pgbouncer']) {
    const probe = spawn(path, ['--version'], { stdio: 'ignore' });
    const works = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.once('exit', (code) => resolve(code === 0));
    });
    if (works) return path;
  }
  throw new FirebreakError(
    'drill-needs',
    'This scenario needs PgBouncer, and there is none on this machine.',
    {
      hint: 'Install it (apt-get install pgbouncer, or brew install pgbouncer), or choose another scenario or shape.',
    },
  );
}
