import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { ClusterWorkloads } from '../adapters/kubernetes/workloads.ts';
import type { StandingPoolers } from '../adapters/pgbouncer/poolers.ts';
import type { StandingDatabases } from '../adapters/postgres/databases.ts';
import { readGateAccess } from '../adapters/postgres/gate/access.ts';
import { freeBytesAt, inspectState, newestBackup } from '../adapters/state/inspect-state.ts';
import type { Config } from '../config/config.ts';
import { createDoctor, type Subject } from '../doctor/create-doctor.ts';
import { loadChecks } from '../doctor/registry.ts';
import type { MetricsAccess, SlackAccess, StateAccess, Tried } from '../domain/access.ts';
import { isGroup } from '../domain/authority.ts';
import { describeError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Doctor } from '../ports/doctor.ts';
import type { Fetch } from '../ports/http.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { OnCall } from '../ports/on-call.ts';
import type { Pager } from '../ports/pager.ts';
import { readSlackAccess, type SlackDoctorOptions } from '../slack/doctor/slack-access.ts';

/** What the doctor looks at, as it is open already. */
export interface DoctorParts {
  readonly databases: StandingDatabases;
  readonly poolers: StandingPoolers;
  /** Null without a cluster. Throws when its kubeconfig cannot be used. */
  readonly cluster: () => ClusterWorkloads | null;
  readonly metrics: Metrics;
  readonly onCall: OnCall;
  readonly pager: Pager;
  /** Null while there is nothing to connect to: an embedded server that was never started. */
  readonly stateUrl: () => Promise<string | null>;
  readonly slack: Pick<SlackDoctorOptions, 'arrivals' | 'configToken' | 'click'>;
  readonly fetch: Fetch;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** The doctor of a configuration. */
export async function configuredDoctor(config: Config, parts: DoctorParts): Promise<Doctor> {
  return createDoctor({
    checks: await loadChecks(),
    subjects: () => doctorSubjects(config, parts),
    clock: parts.clock,
  });
}

/** The key of the page that is taken back to prove a pager; no page ever has it. */
const NO_PAGE = 'firebreak-doctor';
/** Milliseconds for an embedded server to start on a busy machine. */
const STATE_MS = 40_000;
/** Milliseconds for a few calls of the Web API, each of which may take ten seconds. */
const SLACK_MS = 25_000;

/** Everything of a configuration that can be looked at. */
function doctorSubjects(config: Config, parts: DoctorParts): Subject[] {
  const { kubernetes } = config;
  return [
    { kind: 'firebreak', name: 'configuration', read: async () => setupOf(config) },
    slackSubject(config, parts),
    ...config.databases.flatMap((database) => databaseSubjects(database, parts)),
    ...(kubernetes === null ? [] : [clusterSubject(parts)]),
    { kind: 'state', name: 'state', timeoutMs: STATE_MS, read: async () => stateAccess(config, parts) },
    ...parts.onCall.sources().map(
      (name): Subject => ({
        kind: 'on-call',
        name: `on call, ${name}`,
        read: async (signal) => ({
          people: (await parts.onCall.now(name, signal)).map((person) => person.name),
        }),
      }),
    ),
    ...parts.pager.pagers().map(
      (pager): Subject => ({
        kind: 'paging',
        name: `pager ${pager}`,
        async read(signal) {
          await parts.pager.resolve(pager, NO_PAGE, signal);
          return { pager };
        },
      }),
    ),
  ];
}

function slackSubject(config: Config, { slack, fetch, logger }: DoctorParts): Subject {
  const options = {
    config: config.slack,
    fetch,
    logger,
    uses: slackUses(config),
    routedChannels: config.alertPolicy.routes.flatMap(({ channel }) => channel ?? []),
    ...slack,
  };
  return {
    kind: 'slack',
    name: 'Slack',
    timeoutMs: SLACK_MS + (slack.click?.waitMs ?? 0),
    read: (signal) => readSlackAccess(options, signal),
  };
}

function clusterSubject({ cluster }: DoctorParts): Subject {
  return {
    kind: 'kubernetes',
    name: 'Kubernetes',
    async read(signal) {
      const workloads = cluster();
      if (workloads === null) throw new Error('The configuration names a cluster, and none is open.');
      return await workloads.access(signal);
    },
  };
}

function databaseSubjects(
  { name, replicas, gate, pgbouncer, prometheus }: Config['databases'][number],
  { databases, poolers, metrics }: DoctorParts,
): Subject[] {
  return [
    ...['primary', ...replicas.map((replica) => replica.name)].map(
      (server): Subject => ({
        kind: 'postgres',
        name: `${name}, ${server}`,
        read: (signal) => databases.access(name, server, signal),
      }),
    ),
    ...(gate === undefined
      ? []
      : [
          {
            kind: 'gate',
            name: `cost gate of ${name}`,
            read: (signal: AbortSignal) => readGateAccess({ database: name, url: gate.url }, signal),
          } as const,
        ]),
    ...pgbouncer.map(
      (pooler): Subject => ({
        kind: 'pgbouncer',
        name: `${pooler.name} before ${name}`,
        read: (signal) => poolers.access(name, pooler.name, signal),
      }),
    ),
    ...(prometheus === null
      ? []
      : [
          {
            kind: 'prometheus',
            name: `Prometheus of ${name}`,
            read: (signal: AbortSignal) => metricsAccess(metrics, name, signal),
          } as const,
        ]),
  ];
}

function setupOf({ authority, terminalPeople, kubernetes, databases }: Config) {
  return {
    nobodyMay: (['observe', 'workload', 'session', 'incident'] as const).filter(
      (one) => authority[one].length === 0,
    ),
    terminalPeople: terminalPeople.length,
    hasCluster: kubernetes !== null,
    withoutMetrics: databases.filter(({ prometheus }) => prometheus === null).map(({ name }) => name),
  };
}

/** What the configuration asks of Slack beyond its own messages. */
function slackUses({ authority, decisionRules, onCall, databases }: Config): SlackAccess['uses'] {
  const approvers = [...Object.values(authority).flat(), ...decisionRules.breakGlass.people];
  const sources = [
    ...approvers.flatMap((approver) => (typeof approver === 'string' ? [] : [approver.onCall])),
    ...databases.map(({ reminders }) => reminders?.onCall ?? null),
  ];
  return {
    userGroups: approvers.some(isGroup),
    // A file may name people by their Slack ids; every other source knows them by their addresses.
    addresses: onCall.some(({ name, type }) => type !== 'file' && sources.includes(name)),
  };
}

async function metricsAccess(
  metrics: Metrics,
  database: string,
  signal: AbortSignal,
): Promise<MetricsAccess> {
  const cpu = await metrics.cpu(database, signal);
  const objectives = await Promise.all(
    metrics.objectives(database).map(async (objective) => {
      const result = await metrics.measure(database, objective, signal).then(
        (reading): Tried =>
          reading === null
            ? {
                works: false,
                problem: 'its query gives no number.',
                hint: 'Run the query in Prometheus itself, and look at its labels. Where the number is absent while all is well, add "or vector(0)".',
              }
            : { works: true },
        (error: unknown): Tried => {
          const { message, hint } = describeError(error);
          return { works: false, problem: message, hint };
        },
      );
      return { name: objective.name, result };
    }),
  );
  return { cpu: cpu?.value ?? null, objectives };
}

async function stateAccess({ state }: Config, { stateUrl, clock }: DoctorParts): Promise<StateAccess> {
  const url = await stateUrl();
  const [server, freeBytes, backup] = await Promise.all([
    url === null ? null : inspectState(url),
    state.url === null ? freeBytesAt(resolve(state.directory)) : null,
    newestBackup(state.backupDirectory ?? null, clock.now()),
  ]);
  return { kind: state.url === null ? 'embedded' : 'external', server, freeBytes, backup };
}
