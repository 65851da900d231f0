import type { Alert } from '../domain/alert.ts';
import type { Route } from '../domain/intake-policy.ts';
import { type Labels, matchesAll } from '../domain/matcher.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { MonitoredDatabase } from '../ports/databases.ts';

/** Where an alert leads. */
export interface Target {
  /** The database that it is about; otherwise the reason why none. */
  readonly database: MonitoredDatabase | string;
  readonly service: string | null;
  /** Id of the Slack channel of its incident; null for the one of all. */
  readonly channel: string | null;
  /** Id of the runbook that the routes say; null when they say none. */
  readonly runbook: string | null;
  /** What matchers of silences and of inhibition see. */
  readonly labels: Labels;
}

/** Where an alert leads: as the routes say, and where they say nothing, by its labels `database` or `service`. */
export function targetOf(
  alert: Alert,
  routes: readonly Route[],
  databases: readonly MonitoredDatabase[],
): Target {
  const seen = labelsOf(alert);
  const matching = routes.filter(({ matchers }) => matchesAll(matchers, seen));
  const first = (name: 'database' | 'service' | 'channel' | 'runbook') =>
    matching.find((route) => route[name] !== null)?.[name] ?? null;
  const service = first('service');
  const wanted = {
    database: first('database') ?? alert.labels.database,
    service: service ?? alert.labels.service,
  };
  const database = databaseNamed(wanted, databases);
  const known = typeof database === 'string' ? null : database;
  const told = service ?? known?.service ?? null;
  return {
    database,
    service: told,
    channel: first('channel'),
    runbook: first('runbook'),
    labels: {
      ...seen,
      ...(known === null ? {} : { database: known.name }),
      ...(told === null ? {} : { service: told }),
    },
  };
}

/** The labels of an alert with its name and source, also where the sender has no such labels. */
function labelsOf({ labels, name, source }: Alert): Labels {
  return { ...labels, alertname: name, source };
}

function databaseNamed(
  { database, service }: { database: string | undefined; service: string | undefined },
  databases: readonly MonitoredDatabase[],
): MonitoredDatabase | string {
  const named = databases.filter(({ name }) => name === database);
  const serving = databases.filter(
    (candidate) => candidate.service !== null && candidate.service === service,
  );
  const [first, ...others] = database === undefined ? serving : named;
  if (first === undefined) {
    return `No configured database matches the labels database="${database ?? ''}" and service="${service ?? ''}", and no route names one.`;
  }
  if (others.length > 0)
    return `Several databases serve "${service ?? ''}"; add a label "database" to the alert, or a route.`;
  return first;
}

/**
 * The runbook that the routes say; otherwise the one whose id the alert carries; otherwise the one that names it, or the
 * metric of a CloudWatch alarm, which may have any name. A link to a wiki is no id. No alert starts a runbook of prevention.
 */
export function runbookOf(
  alert: Alert,
  given: ReadonlyMap<string, Runbook>,
  routed: string | null = null,
): Runbook | undefined {
  const all = [...given].filter(([, { purpose }]) => purpose === 'incident');
  const runbooks = new Map(all);
  const said = [routed, alert.labels.runbook ?? alert.annotations.runbook];
  const wanted = said.map((id) => runbooks.get(id ?? '')).find((runbook) => runbook !== undefined);
  if (wanted !== undefined) return wanted;
  const naming = (name: string) => [...runbooks.values()].find(({ alerts }) => alerts.includes(name));
  return naming(alert.name) ?? naming(alert.labels.metric_name ?? '');
}
