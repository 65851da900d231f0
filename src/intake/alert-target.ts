import type { Alert } from '../domain/alert.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { MonitoredDatabase } from '../ports/databases.ts';

/** The database that an alert is about, by its label `database` or `service`; otherwise the reason why none. */
export function databaseOf(
  alert: Alert,
  databases: readonly MonitoredDatabase[],
): MonitoredDatabase | string {
  const { database, service } = alert.labels;
  const named = databases.filter(({ name }) => name === database);
  const serving = databases.filter(
    (candidate) => candidate.service !== null && candidate.service === service,
  );
  const [first, ...others] = database === undefined ? serving : named;
  if (first === undefined) {
    return `No configured database matches the labels database="${database ?? ''}" and service="${service ?? ''}".`;
  }
  if (others.length > 0)
    return `Several databases serve "${service ?? ''}"; add a label "database" to the alert.`;
  return first;
}

/**
 * The runbook whose id the alert carries; otherwise the one that names it, or the metric of a CloudWatch alarm, which may
 * have any name. A link to a wiki is no id.
 */
export function runbookOf(alert: Alert, runbooks: ReadonlyMap<string, Runbook>): Runbook | undefined {
  const wanted = runbooks.get(alert.labels.runbook ?? alert.annotations.runbook ?? '');
  if (wanted !== undefined) return wanted;
  const naming = (name: string) => [...runbooks.values()].find(({ alerts }) => alerts.includes(name));
  return naming(alert.name) ?? naming(alert.labels.metric_name ?? '');
}
