import { noWorkloads } from '../adapters/kubernetes/no-workloads.ts';
import { type ClusterWorkloads, createWorkloads } from '../adapters/kubernetes/workloads.ts';
import { createPoolers } from '../adapters/pgbouncer/poolers.ts';
import { createDatabases } from '../adapters/postgres/databases.ts';
import { createMetrics } from '../adapters/prometheus/metrics.ts';
import type { Config } from '../config/config.ts';
import type { SignalGuard } from '../ports/databases.ts';
import type { Fetch } from '../ports/http.ts';
import type { Logger } from '../ports/logger.ts';
import { openAdvisor } from './open-gate.ts';

/** Who is never signalled, by the configuration. */
export function guardOf(config: Config): SignalGuard {
  return {
    protectedRoles: config.protected.roles,
    protectedApplications: config.protected.applications ?? null,
    protectedAddresses: config.protected.addresses,
    minimumAgeSeconds: config.protected.minimumAgeSeconds,
  };
}

/** The monitored systems of a configuration, connected; they are closed with the stack. */
export async function openPorts(
  config: Config,
  started: AsyncDisposableStack,
  { logger, fetch }: { readonly logger: Logger; readonly fetch: Fetch },
) {
  const databases = createDatabases(config.databases, { logger, guard: guardOf(config) });
  started.defer(async () => databases.stop());
  await databases.start();
  const poolers = createPoolers(
    config.databases.flatMap(({ name: database, pgbouncer }) =>
      pgbouncer.map((pooler) => ({ database, ...pooler })),
    ),
    { logger },
  );
  started.defer(async () => poolers.stop());
  await poolers.start();
  const cluster = provideWorkloads(config, started, logger);
  return {
    databases,
    poolers,
    /** Null without a cluster. */
    cluster,
    workloads: cluster ?? noWorkloads(),
    advisor: openAdvisor(config),
    metrics: createMetrics(
      config.databases.flatMap(({ name, prometheus }) =>
        prometheus === null ? [] : [{ database: name, ...prometheus }],
      ),
      { fetch, logger },
    ),
  };
}

/** The workloads of the configured cluster, or null without one; its kept connections close with the stack. */
function provideWorkloads(
  config: Config,
  started: AsyncDisposableStack,
  logger: Logger,
): ClusterWorkloads | null {
  if (config.kubernetes === null) return null;
  const workloads = createWorkloads({ ...config.kubernetes, logger });
  started.defer(() => workloads.close());
  return workloads;
}
