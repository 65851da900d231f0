/**
 * How deep the drill's outage is on this machine: one table of a normal phase, the outage, and the time after the kill.
 * Usage: npx node bench/victim.ts [scale=1] [pods=4] [sessions=2] [cpus=2]. Other load on the machine makes every number worse.
 */
import { mkdtempSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { withSession } from '../src/drill/victim/connection.ts';
import { type OrderService, startOrderService } from '../src/drill/victim/order-service.ts';
import { startReportPod } from '../src/drill/victim/report-pod.ts';
import { startVictim } from '../src/drill/victim/start-victim.ts';

const PROBE = `select
  (select count(*)::int from pg_stat_activity where state = 'active' and wait_event is null
     and backend_type in ('client backend', 'parallel worker') and pid <> pg_backend_pid()) as "onCpu",
  (select max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))::float8 from pg_stat_replication) as "lagBytes",
  (select max(extract(epoch from replay_lag))::float8 from pg_stat_replication) as "lagSeconds"`;
const CANCEL_REPORTS = `select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'report-generator'`;

interface Probe {
  onCpu: number;
  lagBytes: number | null;
  lagSeconds: number | null;
}

/** Watches one phase and returns its row of the table: means, and for acquire times and lag the worst reading. */
async function observe(
  phase: string,
  seconds: number,
  orders: OrderService,
  client: pg.Client,
): Promise<object> {
  const first = orders.latest();
  const startedAt = performance.now();
  const probes: Probe[] = [];
  const acquires: [number, number][] = [];
  while (performance.now() - startedAt < seconds * 1000) {
    await delay(250);
    const [probe] = (await client.query<Probe>(PROBE)).rows;
    if (probe) probes.push(probe);
    acquires.push([orders.latest().acquireP50Ms, orders.latest().acquireP95Ms]);
  }
  const last = orders.latest();
  const elapsed = (Date.parse(last.at) - Date.parse(first.at)) / 1000;
  const failed = last.failed - first.failed;
  const placed = last.placed - first.placed;
  return {
    phase,
    'orders/s': Math.round(placed / elapsed),
    'failures/s': Math.round(failed / elapsed),
    'failed %': Math.round((100 * failed) / (placed + failed)),
    'acquire p50 ms': Math.max(...acquires.map(([p50]) => p50)),
    'acquire p95 ms': Math.max(...acquires.map(([, p95]) => p95)),
    'on CPU (mean)':
      Math.round((10 * probes.reduce((sum, probe) => sum + probe.onCpu, 0)) / probes.length) / 10,
    'lag kB (max)': Math.round(Math.max(...probes.map((probe) => probe.lagBytes ?? 0)) / 1024),
    'lag s (max)': Math.max(...probes.map((probe) => probe.lagSeconds ?? 0)).toFixed(2),
  };
}

/** Milliseconds until a reading satisfies the condition, or Infinity after a minute. */
async function timeUntil(
  orders: OrderService,
  condition: (orders: OrderService) => boolean,
): Promise<number> {
  const startedAt = performance.now();
  while (!condition(orders)) {
    if (performance.now() - startedAt > 60_000) return Number.POSITIVE_INFINITY;
    await delay(50);
  }
  return Math.round(performance.now() - startedAt);
}

const [scale = 1, pods = 4, sessions = 2, cpus = 2] = process.argv.slice(2).map(Number);
console.log(
  `${availableParallelism()} cores, load before ${loadavg()[0]?.toFixed(1)}, scale ${scale}, ${pods} x ${sessions} reports, primary on ${cpus} CPUs`,
);
const loadingSince = performance.now();
await using victim = await startVictim({
  directory: mkdtempSync(join(tmpdir(), 'firebreak-bench-')),
  scale,
  cpus,
});
console.log(
  `servers and ${victim.size.orders} orders ready after ${((performance.now() - loadingSince) / 1000).toFixed(1)} s`,
);
await using orders = await startOrderService({
  url: victim.urls.orderService,
  podIp: '127.0.1.10',
  ...victim.size,
});
await withSession(victim.urls.admin, async (client) => {
  await delay(2000);
  const rows = [await observe('normal', 10, orders, client)];
  const failedBefore = orders.latest().failed;
  await using reports = new AsyncDisposableStack();
  const running = Array.from({ length: pods }, (_, index) =>
    reports.use(
      startReportPod({
        url: victim.urls.reportGenerator,
        replicaUrl: victim.urls.reportGeneratorReplica,
        sessions,
        podIp: `127.0.2.${index + 1}`,
      }),
    ),
  );
  const exhausted = await timeUntil(
    orders,
    (o) => o.latest().failed > failedBefore && o.latest().pool.waiting > 0,
  );
  console.log(`first order failed ${exhausted} ms after the reports were started`);
  rows.push(await observe('outage', 30, orders, client));
  const cancelledAt = performance.now();
  await client.query(CANCEL_REPORTS);
  await Promise.all(running.map((pod) => pod.exited));
  const gone = Math.round(performance.now() - cancelledAt);
  const recovered = await timeUntil(orders, (o) => o.latest().pool.idle > 0 && o.latest().acquireP50Ms < 10);
  console.log(
    `reports gone ${gone} ms after the cancel, half of the orders wait < 10 ms again ${recovered} ms later`,
  );
  rows.push(await observe('after', 10, orders, client));
  console.table(rows);
});
