import { setTimeout as delay } from 'node:timers/promises';
import { outage } from '../outage.ts';
import { until } from '../until.ts';
import { withSession } from '../victim/connection.ts';
import type { OrderService } from '../victim/order-service.ts';
import type { World } from '../world.ts';

/** What happened to the shop in a span of time. */
export interface Span {
  readonly ordersPlaced: number;
  readonly ordersFailed: number;
  /** Seconds that the oldest query of the report had run when it was last seen; 0 where none was. */
  readonly longestReport: number;
}

const LOOK_MS = 250;
const LONGEST_REPORT = `SELECT coalesce(max(extract(epoch FROM clock_timestamp() - query_start)), 0)::float8 AS seconds
FROM pg_stat_activity WHERE usename = 'report_generator' AND state = 'active'`;
const END_REPORTS = `SELECT count(pg_terminate_backend(pid))::int AS ended FROM pg_stat_activity WHERE usename = 'report_generator'`;

/** Counts orders for so many milliseconds, and looks how long queries of the report run. */
export async function measureSpan({ orders, victim }: Scene, ms: number, signal: AbortSignal): Promise<Span> {
  const before = orders.latest();
  const end = Date.now() + ms;
  let longestReport = 0;
  await withSession(victim.urls.admin, async (admin) => {
    while (Date.now() < end) {
      const { rows } = await admin.query<{ seconds: number }>(LONGEST_REPORT);
      longestReport = Math.max(longestReport, rows[0]?.seconds ?? 0);
      await delay(LOOK_MS, undefined, { signal });
    }
  });
  const after = orders.latest();
  return {
    ordersPlaced: after.placed - before.placed,
    ordersFailed: after.failed - before.failed,
    longestReport,
  };
}

/** The shop, and the server that it works on. */
export interface Scene {
  readonly orders: OrderService;
  readonly victim: Pick<World['victim'], 'urls'>;
}

/** Starts the batch by hand in the middle of the day, and counts what it does to the shop; its run is ended afterwards. */
export async function runBatch(
  scene: Scene & Pick<World, 'kubernetes'>,
  ms: number,
  signal: AbortSignal,
): Promise<Span> {
  const job = await scene.kubernetes.createJobFrom(outage.namespace, outage.cronJob);
  try {
    return await measureSpan(scene, ms, signal);
  } finally {
    await scene.kubernetes.deleteJob(outage.namespace, job);
  }
}

/** Milliseconds without a failed order after which the shop counts as well again, and for which that is waited. */
const CALM_MS = 3_000;
const PATIENCE_MS = 60_000;

/** Ends what a deleted Job left running, and waits until orders are placed as before. */
export async function calmDown({ victim, orders }: Scene, signal: AbortSignal): Promise<boolean> {
  return await withSession(victim.urls.admin, async (admin) => {
    let since = Date.now();
    let failed = orders.latest().failed;
    return await until(
      async () => {
        const { rows } = await admin.query<{ ended: number }>(END_REPORTS);
        const now = orders.latest().failed;
        if (now !== failed || (rows[0]?.ended ?? 0) > 0) since = Date.now();
        failed = now;
        return Date.now() - since >= CALM_MS;
      },
      PATIENCE_MS,
      signal,
    );
  });
}
