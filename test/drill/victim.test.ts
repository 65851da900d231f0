import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withSession } from '../../src/drill/victim/connection.ts';
import { startMonitor } from '../../src/drill/victim/monitor.ts';
import { startOrderService } from '../../src/drill/victim/order-service.ts';
import { startReportPod } from '../../src/drill/victim/report-pod.ts';
import { startVictim } from '../../src/drill/victim/start-victim.ts';
import { startReceiver } from './receiver.ts';
import { eventually } from './wait.ts';

const REPORTS = `select pid, host(client_addr) as addr, left(query, 60) as query from pg_stat_activity
  where application_name = 'report-generator' and state = 'active' order by addr, pid`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('the outage: orders flow, reports exhaust the pool, the alert comes, killing the reports resolves it, nothing stays', {
  timeout: 120_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'fb-test-victim-'));
  const progress: number[] = [];
  await using victim = await startVictim({
    directory,
    scale: 0.1,
    progress: ({ done, total }) => progress.push(done / total),
  });
  const postmaster = Number(readFileSync(join(directory, 'primary/postmaster.pid'), 'utf8').split('\n')[0]);
  expect(progress).toEqual([expect.closeTo(1 / 3), expect.closeTo(2 / 3), 1]);

  await using receiver = await startReceiver();
  await using orders = await startOrderService({
    url: victim.urls.orderService,
    podIp: '127.0.1.10',
    ...victim.size,
  });
  await using monitor = startMonitor({
    orders,
    webhook: { url: receiver.url, token: 'secret-token' },
    repeatIntervalMs: 1000,
  });
  await eventually('300 orders placed without a failure', () => orders.latest().placed >= 300);
  expect(receiver.received).toEqual([]);

  await using resources = new AsyncDisposableStack();
  const pods = [1, 2, 3, 4].map((n) =>
    resources.use(
      startReportPod({
        url: victim.urls.reportGenerator,
        replicaUrl: victim.urls.reportGeneratorReplica,
        podIp: `127.0.2.${n}`,
        podName: `pod-${n}`,
        cronJob: 'analytics/report-generator',
      }),
    ),
  );
  await eventually('the firing alert and a repeat of it', () => receiver.received.length >= 2);
  expect(receiver.received[0]?.headers.authorization).toBe('Bearer secret-token');
  const labels = {
    alertname: 'ConnectionPoolExhausted',
    service: 'order-service',
    database: 'orders-primary',
    severity: 'critical',
  };
  const startsAt = receiver.received[0]?.body.alerts[0]?.startsAt;
  for (const { body } of receiver.received) {
    expect(body).toMatchObject({
      version: '4',
      status: 'firing',
      groupLabels: { alertname: labels.alertname },
      commonLabels: labels,
    });
    expect(body.alerts).toEqual([
      expect.objectContaining({ status: 'firing', labels, startsAt, endsAt: '0001-01-01T00:00:00Z' }),
    ]);
  }
  expect(monitor.firstAcceptedAt()).toBeInstanceOf(Date);

  const lag = `select pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::int8 as bytes from pg_stat_replication`;
  const lagBytes = (): Promise<number> =>
    withSession(victim.urls.firebreak, async (bot) => Number((await bot.query(lag)).rows[0]?.bytes));
  await eventually('a replica that lags by more than 1 MB', async () => (await lagBytes()) > 1_000_000);

  // The bot's own role sees and ends the reports; a single cancel ends each of them.
  await withSession(victim.urls.firebreak, async (bot) => {
    const { rows } = await bot.query<{ pid: number; addr: string; query: string }>(REPORTS);
    expect(rows.map((row) => row.addr)).toEqual([1, 1, 2, 2, 3, 3, 4, 4].map((n) => `127.0.2.${n}`));
    expect(rows[0]?.query).toMatch(/^\/\*application='report-generator',cronjob='analytics%2Freport/);
    for (const row of rows) await bot.query('select pg_cancel_backend($1)', [row.pid]);
  });
  const ends = await Promise.all(pods.map((pod) => pod.exited));
  expect(ends.map((end) => end.code)).toEqual([1, 1, 1, 1]);
  expect(ends[0]?.errors).toContain('canceling statement due to user request');

  await eventually('a replica that has caught up', async () => (await lagBytes()) < 200_000);
  await eventually('the resolved alert', () => receiver.received.at(-1)?.body.status === 'resolved');
  expect(receiver.received.at(-1)?.body.alerts[0]).toMatchObject({ status: 'resolved', startsAt });
  expect(receiver.received.at(-1)?.body.alerts[0]?.endsAt).not.toBe('0001-01-01T00:00:00Z');
  const { placed, failed } = orders.latest();
  await eventually('100 more orders', () => orders.latest().placed >= placed + 100);
  expect(orders.latest().failed - failed).toBeLessThan(20);

  await orders.stop();
  await victim.stop();
  await victim.stop();
  expect([isAlive(orders.pid), isAlive(postmaster), existsSync(directory)]).toEqual([false, false, false]);
});

test('the replica has the data, and the bot may read it there', { timeout: 60_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'fb-test-victim-'));
  await using victim = await startVictim({ directory, scale: 0.01 });
  const url = victim.urls.firebreakReplica ?? '';
  const [row] = await withSession(
    url,
    async (client) => (await client.query('select pg_is_in_recovery() as standby')).rows,
  );
  expect(row).toEqual({ standby: true });
  const indexes = `select indexdef from pg_indexes where tablename = 'orders'`;
  const found = await withSession(victim.urls.admin, async (client) => (await client.query(indexes)).rows);
  expect(found).toEqual([{ indexdef: expect.stringContaining('(id)') }]);
});

test('a start that is aborted leaves nothing behind', { timeout: 60_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'fb-test-victim-'));
  const abort = new AbortController();
  const start = startVictim({
    directory,
    scale: 0.1,
    signal: abort.signal,
    progress: () => abort.abort(new Error('enough')),
  });
  await expect(start).rejects.toThrow('enough');
  expect(existsSync(directory)).toBe(false);
});
