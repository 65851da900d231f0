import type { WatchdogResult } from '../../src/domain/watchdog.ts';
import { foldWatchdog, nothingRecorded, type PolicyRecord } from '../../src/domain/watchdog-record.ts';
import type { PolicyView } from '../../src/ports/watchdog.ts';

const policy = {
  name: 'reports',
  mode: 'kill' as const,
  terms: {
    database: 'orders',
    roles: ['report'],
    applications: [],
    olderThanSeconds: 300,
    load: { onCpuPerCore: 1, poolWaiting: 0 },
    window: null,
    most: 3,
  },
};
export const by = { kind: 'policy', id: 'watchdog:reports', name: 'Watchdog policy reports' } as const;
const AT = '2026-11-15T14:00:00.000Z';

export type Event = Parameters<typeof foldWatchdog>[1]['event'];

export function action(pid: number) {
  const target = {
    session: { serverStart: 's', pid, backendStart: 'b', xactStart: 'x', queryStart: 'q' },
    user: 'report',
    application: 'report <!channel>',
    clientAddress: null,
    queryId: null,
    sql: 'select 1',
    seconds: 372,
    owner: { key: 'k', name: 'CronJob analytics/report' },
    generation: 0,
  };
  return {
    policy: 'reports',
    id: String(pid),
    serverAt: AT,
    targets: [target],
    load: { onCpuPerCore: 3.5, poolWaiting: 4 },
    warnings: ['CronJob analytics/report is NOT suspended: it will start these queries again.'],
  };
}

export const ended = (pid: number): WatchdogResult => ({ pid, status: 'ended', detail: 'Cancelled.' });

/** The policy `reports` as it is after these events. */
export function viewOf(
  events: readonly (Event | [at: string, event: Event])[],
  change: Partial<PolicyView> = {},
): PolicyView {
  const records = events.reduce(
    (all, one) =>
      foldWatchdog(all, Array.isArray(one) ? { at: one[0], event: one[1] } : { at: AT, event: one }),
    new Map<string, PolicyRecord>() as ReadonlyMap<string, PolicyRecord>,
  );
  const record = records.get('reports') ?? nothingRecorded;
  return { policy, record, armedFrom: '2026-11-01T00:00:00.000Z', incident: null, ...change };
}
