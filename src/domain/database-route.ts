import { z } from 'zod';
import { WorkloadRef } from './cluster.ts';

/** A server as a connection string names it. */
export const HostPort = z.object({ host: z.string(), port: z.int().nullable() });
export type HostPort = z.infer<typeof HostPort>;

/** Other hosts in a connection string of a CronJob. Nothing else of the value, such as its password, is in it. */
export const DatabaseRoute = z.object({
  ref: WorkloadRef,
  container: z.string(),
  /** The variable that holds the connection string, or a host alone. */
  variable: z.string(),
  from: z.array(HostPort),
  to: z.array(HostPort),
});
export type DatabaseRoute = z.infer<typeof DatabaseRoute>;

/** Data of the outcome of the step kind kubernetes.route-to-replica. */
export const Routed = z.object({
  routes: z.array(
    DatabaseRoute.extend({
      /** True when the answer was lost and nothing could be read: it may have been changed. */
      uncertain: z.boolean(),
    }),
  ),
});
export type Routed = z.infer<typeof Routed>;

/** `orders-ro.db.svc:5432`, or several with commas. */
export function hostsText(hosts: readonly HostPort[]): string {
  return hosts.map(({ host, port }) => (port === null ? host : `${host}:${port}`)).join(',');
}

/** Whether two lists name the same servers in the same order. */
export function areSameHosts(one: readonly HostPort[], other: readonly HostPort[]): boolean {
  return hostsText(one) === hostsText(other);
}

/** Whether a variable holds a host alone by its name, such as PGHOST, DB_HOST or ORDERS_POSTGRES_HOST. */
export function isHostVariable(name: string): boolean {
  return /^(?:.+_)?(?:PG_?|POSTGRES(?:QL)?_|DB_|DATABASE_)(?:HOST|HOSTNAME|SERVER)$/i.test(name);
}
