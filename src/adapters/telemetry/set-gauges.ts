import type { Readings } from '../../ports/telemetry.ts';
import type { Metrics } from './metrics.ts';

/** Sets what is read at a scrape. What could not be read is left out, so that no old number passes for a new one. */
export function setGauges(metrics: Metrics, readings: Readings, databases: readonly string[]): void {
  const { ready, connections, slack, open, unsettledSeconds, replicas } = readings;
  metrics.ready.set(ready ? 1 : 0);
  metrics.connectionUp.reset();
  for (const { system, name, state } of connections)
    if (state !== 'unknown') metrics.connectionUp.set({ system, name }, state === 'up' ? 1 : 0);
  metrics.slackConnected.set(slack.connected ? 1 : 0);
  metrics.slackWaiting.set(slack.waiting);

  metrics.incidentsOpen.reset();
  metrics.incidentsWaiting.reset();
  if (open !== null)
    for (const database of new Set([...databases, ...open.map((one) => one.database)])) {
      const ofDatabase = open.filter((one) => one.database === database);
      metrics.incidentsOpen.set({ database }, ofDatabase.length);
      metrics.incidentsWaiting.set({ database }, ofDatabase.filter(({ waits }) => waits).length);
    }

  setOrRemove(metrics.unsettled, unsettledSeconds);
  setOrRemove(metrics.replicas, replicas);
}

function setOrRemove(gauge: { set(value: number): void; remove(): void }, value: number | null): void {
  if (value === null) gauge.remove();
  else gauge.set(value);
}
