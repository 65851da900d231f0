import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds of a call or a request. */
const CALL_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Seconds of what people do: from a click at once to an hour of waiting. */
const PEOPLE_BUCKETS = [10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200];

/** Gauges of prom-client that are called totals, which promtool refuses; their details stay under other names. */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/** Every metric of Firebreak. No label holds anything but configured names and words of the code. */
export function createMetrics(version: string) {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `firebreak_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name: `firebreak_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    { labelNames = [], buckets = CALL_BUCKETS }: { labelNames?: readonly L[]; buckets?: number[] },
  ) => new Histogram({ name: `firebreak_${name}`, help, labelNames, buckets, registers });

  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  gauge('build_info', 'Always 1; the label tells the version.', ['version']).set({ version }, 1);
  return {
    registry,
    ready: gauge('ready', '1 when alerts can be stored, as /readyz says; 0 when not.'),
    connectionUp: gauge('connection_up', '1 when a connection works, 0 when it does not.', [
      'system',
      'name',
    ]),
    slackConnected: gauge('slack_connected', '1 when clicks and commands can arrive from Slack.'),
    slackWaiting: gauge('slack_incidents_behind', 'Incidents whose messages are not as they should be.'),
    incidentsOpen: gauge('incidents_open', 'Open incidents.', ['database']),
    incidentsWaiting: gauge('incidents_waiting', 'Open incidents in which a person is waited for.', [
      'database',
    ]),
    unsettled: gauge(
      'alerts_unsettled_seconds',
      'Age of the oldest stored alert of which it is not decided yet what it leads to; 0 without one.',
    ),
    replicas: gauge('replicas', 'Processes that work on the same state.'),
    requests: counter('alert_requests_total', 'Deliveries of alerts by the status that answered them.', [
      'source',
      'status',
    ]),
    requestSeconds: histogram('alert_request_duration_seconds', 'From a delivery to its answer.', {}),
    lastStored: gauge(
      'alert_last_stored_timestamp_seconds',
      'When a delivery of this source was stored last, in Unix time.',
      ['source'],
    ),
    entries: counter(
      'journal_entries_total',
      'Entries about incidents and alerts that this process wrote into the journal.',
      ['type'],
    ),
    steps: counter('steps_total', 'Tries of steps that ended.', ['kind', 'result']),
    stepFailures: counter('step_failures_total', 'Phases of steps that could not go on.', ['phase', 'code']),
    effects: counter('effects_total', 'Effects that were begun, completed, or found done after a crash.', [
      'kind',
      'state',
    ]),
    refusals: counter('decisions_refused_total', 'Decisions of people that were not accepted.', ['reason']),
    decisionSeconds: histogram('decision_wait_seconds', 'From the plan on the screen to the decision.', {
      buckets: PEOPLE_BUCKETS,
    }),
    mitigationSeconds: histogram('incident_mitigation_seconds', 'From opened to mitigated.', {
      buckets: PEOPLE_BUCKETS,
    }),
    recoverySeconds: histogram('incident_recovery_seconds', 'From opened to recovered.', {
      buckets: PEOPLE_BUCKETS,
    }),
    calls: counter('calls_total', 'Calls of outside systems; the code is ok or that of the error.', [
      'system',
      'operation',
      'code',
    ]),
    callSeconds: histogram('call_duration_seconds', 'How long calls of outside systems took.', {
      labelNames: ['system'],
    }),
    work: counter('work_total', 'Items of the work queue by how they ended.', ['kind', 'result']),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
