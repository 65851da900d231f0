/**
 * How long a first look at the server takes: Firebreak's probe and snapshot beside the statements of pg_activity and
 * PgHero, in turn on the same server. Usage: npx node bench/triage.ts [backends=100,500,1000] [load=0,2,20,75] [samples=20]
 * [postgres=<npm package>]. `load` is busy sessions for each core; the client shares the cores, so read times as upper
 * bounds and believe the ratios.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../src/adapters/embedded-postgres/start-postgres.ts';
import { summary } from './intake/statistics.ts';
import { type Triage, triages } from './triage/statements.ts';

/** Scans and aggregates for longer than the measurement, and is gone within milliseconds when its client leaves. */
const BUSY = `select count(*), sum(hashtext(a::text || b::text)) from generate_series(1, 20000) a, generate_series(1, 100000) b`;

const options = new Map(process.argv.slice(2).map((word) => word.split('=') as [string, string]));
const numbers = (name: string, otherwise: string) => (options.get(name) ?? otherwise).split(',').map(Number);
const samples = numbers('samples', '20')[0] ?? 20;
const cores = availableParallelism();
const name = options.get('postgres');

await using stack = new AsyncDisposableStack();
const directory = mkdtempSync(join(tmpdir(), 'fb-bench-triage-'));
stack.defer(() => rmSync(directory, { recursive: true, force: true }));
const server = stack.use(
  await startPostgres({
    dataDirectory: join(directory, 'data'),
    listen: { socketDirectory: join(directory, 'socket') },
    settings: {
      max_connections: 1200,
      jit: false,
      max_parallel_workers_per_gather: 0,
      client_connection_check_interval: '200ms',
    },
    ...(name === undefined ? {} : { package: name }),
  }),
);
const idle: pg.Client[] = [];
stack.defer(async () => {
  await Promise.all(idle.map(async (client) => await client.end()));
});
const lookers = await Promise.all(triages.map(async (triage) => ({ triage, client: await connect() })));
stack.defer(async () => {
  await Promise.all(lookers.map(async ({ client }) => await client.end()));
});

const cells = [];
for (const backends of numbers('backends', '100,500,1000')) {
  while (idle.length < backends) idle.push(await connect());
  for (const load of numbers('load', '0,2,20,75')) {
    if (load * cores > backends) continue;
    cells.push(await measure(backends, load));
    console.error(`${backends} backends, ${load} busy for each core: done`);
  }
}
console.table(
  cells.map(({ backends, load, times }) => ({
    backends,
    'busy/core': load,
    ...Object.fromEntries(times.map(({ tool, p50, p95 }) => [`${tool} p50/p95 ms`, `${p50}/${p95}`])),
    'pg_activity/snapshot': ratio(times, 'pg_activity', 'snapshot'),
    'PgHero/snapshot': ratio(times, 'PgHero', 'snapshot'),
    'snapshot/probe': ratio(times, 'snapshot', 'probe'),
  })),
);
console.log(JSON.stringify({ bench: 'triage', cores, samples, cells }));

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url() });
  client.on('error', () => {});
  await client.connect();
  return client;
}

interface Times {
  tool: string;
  p50: number;
  p95: number;
}

/** Keeps so many sessions busy and lets the tools look in turn. */
async function measure(backends: number, load: number) {
  const busy = idle.splice(0, load * cores);
  const work = busy.map(async (client) => await client.query(BUSY).catch(() => {}));
  const taken = new Map(triages.map(({ name: tool }) => [tool, [] as number[]]));
  for (let sample = 0; sample < samples; sample += 1) {
    for (const { triage, client } of lookers) taken.get(triage.name)?.push(await look(client, triage));
  }
  const [{ client } = { client: undefined }] = lookers;
  await client?.query(
    `select pg_cancel_backend(pid) from pg_stat_activity where query like 'select count(*), sum(hash%' and pid <> pg_backend_pid()`,
  );
  await Promise.all(work);
  idle.push(...busy);
  const times = [...taken].map(([tool, all]): Times => {
    const { p50, p95 } = summary(all);
    return { tool, p50: round(p50), p95: round(p95) };
  });
  return { backends, load, times };
}

/** Milliseconds until every statement of the tool is answered. */
async function look(client: pg.Client, { statements }: Triage): Promise<number> {
  const startedAt = performance.now();
  for (const [sql, values] of statements) await client.query(sql, [...values]);
  return performance.now() - startedAt;
}

function ratio(times: readonly Times[], one: string, other: string): number {
  const p50 = (tool: string) => times.find((time) => time.tool === tool)?.p50 ?? Number.NaN;
  return round(p50(one) / p50(other));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
