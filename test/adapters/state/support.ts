import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import { type OpenStateOptions, openState } from '../../../src/adapters/state/open-state.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { DomainEvent } from '../../../src/domain/event.ts';
import type { IncidentRow, State } from '../../../src/ports/state.ts';

export const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A server that is reached over TCP, so that a proxy can stand before it; it ends with the stack. */
export async function startOnTcp(stack: AsyncDisposableStack) {
  const root = mkdtempSync(join(tmpdir(), 'fb-st-'));
  chmodSync(root, 0o711);
  stack.defer(() => rmSync(root, { recursive: true, force: true }));
  return stack.use(await startPostgres({ dataDirectory: join(root, 'data'), listen: { host: '127.0.0.1' } }));
}

/** A PostgreSQL of its own that can be stopped, killed and started again on the same socket. */
export async function startServer() {
  const root = mkdtempSync(join(tmpdir(), 'fb-st-'));
  const options = {
    dataDirectory: join(root, 'data'),
    listen: { socketDirectory: join(root, 's') },
    logger: quiet,
  };
  let server = await startPostgres(options);
  let databases = 0;
  return {
    url: (database?: string) => server.url(database === undefined ? {} : { database }),
    async createDatabase(): Promise<string> {
      const database = `state_${++databases}`;
      await query(server.url(), `create database ${database}`);
      return server.url({ database });
    },
    stop: (mode?: 'fast' | 'immediate') => server.stop(mode),
    async start(): Promise<void> {
      server = await startPostgres(options);
    },
    /** Ends the server as a power cut would: no checkpoint, no goodbye. */
    kill(): void {
      const pid = Number.parseInt(readFileSync(join(server.dataDirectory, 'postmaster.pid'), 'utf8'), 10);
      process.kill(pid, 'SIGKILL');
    },
    async end(): Promise<void> {
      await server.stop('immediate');
      rmSync(root, { recursive: true, force: true });
    },
  };
}
export type TestServer = Awaited<ReturnType<typeof startServer>>;

let instances = 0;

/** Opens the state, and stops it after the test. */
export async function opened(url: string, options: Partial<OpenStateOptions> = {}): Promise<State> {
  const state = await openState({
    url,
    logger: quiet,
    instance: `test-${++instances}`,
    ...options,
  });
  onTestFinished(() => state.stop());
  return state;
}

/** Runs one statement in a session of its own. */
export async function query<T extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** Ends a session by its name while this process hears nothing: its event loop stands until the session is over. */
export function endSessionUnheard(url: string, name: string): void {
  const script = `
    import pg from 'pg';
    const client = new pg.Client({ connectionString: ${JSON.stringify(url)} });
    await client.connect();
    await client.query(
      'select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = $1',
      [${JSON.stringify(name)}],
    );
    await client.end();`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script]);
}

/** Waits until `condition` holds; fails with `what` after the deadline. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for: ${what}`);
    await delay(20);
  }
}

export function alertOf(fingerprint: string, change: Partial<Alert> = {}): Alert {
  return {
    source: 'alertmanager',
    status: 'firing',
    fingerprint,
    name: 'PoolSaturated',
    labels: { database: 'orders' },
    annotations: {},
    startsAt: '2024-11-15T14:23:00Z',
    endsAt: null,
    generatorUrl: null,
    ...change,
  };
}

/** Any event will do where only its place matters. */
export function mitigated(evidence: string): DomainEvent {
  return { type: 'incident.mitigated', evidence };
}

export function incidentRow(
  id: string,
  change: Partial<IncidentRow & { waiting: boolean }> = {},
): IncidentRow & { waiting: boolean } {
  return {
    id,
    dedupeKey: `key of ${id}`,
    database: 'orders',
    title: 'Pool is full',
    status: 'open',
    waiting: false,
    ...change,
  };
}

/** Runs child.ts as a process of its own, killed after the test at the latest. */
export function startChild(...args: string[]) {
  const script = join(import.meta.dirname, 'child.ts');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  async function kill(): Promise<void> {
    child.kill('SIGKILL');
    await exited;
  }
  onTestFinished(kill);
  return { lines, kill, signal: (name: NodeJS.Signals) => void child.kill(name) };
}
