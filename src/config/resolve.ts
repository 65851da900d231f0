import { verifiedUrl } from '../domain/connection-url.ts';
import { FirebreakError } from '../domain/errors.ts';
import type { Objective } from '../domain/objective.ts';
import type { ReminderTargets } from '../domain/reminder.ts';
import { Secret } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import { resolveAlertPolicy } from './alert-policy.ts';
import { resolveAlertSource } from './alert-sources.ts';
import { resolveAuthority } from './authority.ts';
import type { Config, DatabaseConfig, ImpactConfig, KubernetesConfig } from './config.ts';
import { gateOf } from './gate.ts';
import { resolveOnCall, resolvePaging } from './on-call.ts';
import type { ConfigFile } from './schema.ts';
import { secretInFile } from './secret-file.ts';
import { resolvePolicy } from './watchdog.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables are those of the OpenTelemetry specification; its SDK reads the rest of them itself. */
function wantsTraces(environment: Environment): boolean {
  const endpoint =
    environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? '';
  return endpoint !== '' && environment.OTEL_SDK_DISABLED !== 'true';
}

/** Resolves the secrets of a valid configuration file. Throws `missing-secret` or `no-authentication`. */
export function resolveConfig(file: ConfigFile, environment: Environment): Config {
  const secret = (ref: SecretRef, use: string) => resolveSecret(ref, use, environment);
  const { slack } = file;
  return {
    slack: {
      mode: slack.mode,
      channel: slack.channel,
      apiUrl: slack.apiUrl ?? null,
      botToken: secret(slack.botToken, 'the Slack bot token'),
      appToken:
        slack.mode === 'socket'
          ? secret(slack.appToken ?? { env: 'SLACK_APP_TOKEN' }, 'the Slack app token')
          : null,
      signingSecret:
        slack.mode === 'http'
          ? secret(slack.signingSecret ?? { env: 'SLACK_SIGNING_SECRET' }, 'the Slack signing secret')
          : null,
      host: slack.host,
      port: slack.port,
    },
    http: file.http,
    state: {
      directory: file.state.directory,
      url: file.state.url === undefined ? null : serverUrl(secret)(file.state.url, 'the state database'),
      backupDirectory: file.state.backupDirectory ?? null,
      retention: {
        closedIncidentDays: file.state.retention.closedIncidentDays ?? null,
        alertDays: file.state.retention.alertDays ?? null,
      },
    },
    sources: file.alerts.sources.map((source) => resolveAlertSource(source, secret)),
    alertPolicy: resolveAlertPolicy(file.alerts, file.timeZone),
    databases: file.databases.map((database) => ({
      ...databaseConfig(database, secret),
      ...gateOf(database, file.gate.policy, serverUrl(secret)),
      reminders: reminderTargets(file.reminders, database.reminders ?? {}),
    })),
    protected: file.protected,
    audits: { peak: file.audits.peak ?? null, suppress: file.audits.suppress },
    auditSchedule: scheduleOf(file.audits.schedule, file.timeZone),
    followUpSchedule: scheduleOf(file.followUps.digest, file.timeZone),
    gateToken: file.gate.bearer === undefined ? null : secret(file.gate.bearer, 'the token of the cost gate'),
    watchdogPolicies: file.watchdog.policies.map(resolvePolicy),
    kubernetes: file.kubernetes === undefined ? null : kubernetesConfig(file.kubernetes),
    runbookDirectory: file.runbooks.directory ?? null,
    ...resolveAuthority(file.authority),
    onCall: file.onCall.map((source) => resolveOnCall(source, secret)),
    paging: file.paging.map((pager) => resolvePaging(pager, secret)),
    terminalPeople: file.terminal.people.map(({ person, name, login, passphrase }) => ({
      id: person,
      name,
      login: login ?? null,
      passphrase: passphrase === undefined ? null : secret(passphrase, `the passphrase of ${name}`),
    })),
    timeZone: file.timeZone,
    logLevel: file.log.level,
    traced: wantsTraces(environment),
  };
}

/** A schedule is meant in the zone of the team unless it says another one. */
function scheduleOf(
  schedule: ConfigFile['audits']['schedule'] | null,
  timeZone: string,
): Config['auditSchedule'] {
  return schedule == null ? null : { cron: schedule.cron, timeZone: schedule.timeZone ?? timeZone };
}

type Reminders = ConfigFile['reminders'];

/** What a database says goes before what holds for all. */
function reminderTargets(all: Reminders, own: Reminders): ReminderTargets {
  return {
    group: own.group ?? all.group ?? null,
    onCall: own.onCall ?? all.onCall ?? null,
    pager: own.pager ?? all.pager ?? null,
  };
}

function toObjective({ name, query, below = 0, above }: Slo): Objective {
  return { name, query, limit: above === undefined ? { below } : { above } };
}

type Slo = NonNullable<ConfigFile['databases'][number]['prometheus']>['slo'][number];
type ResolveSecret = (ref: SecretRef, use: string) => Secret;

/** Resolves URLs of PostgreSQL and PgBouncer: over a network the server is verified unless they say otherwise. */
function serverUrl(secret: ResolveSecret): ResolveSecret {
  return (ref, use) => secret(ref, use).map(verifiedUrl);
}

function databaseConfig(database: ConfigFile['databases'][number], secret: ResolveSecret): DatabaseConfig {
  const { name, prometheus } = database;
  const server = serverUrl(secret);
  return {
    name,
    service: database.service ?? null,
    url: server(database.url, `database ${name}`),
    ...(database.breakGlass === undefined
      ? {}
      : {
          breakGlassUrl: server(database.breakGlass.replicationUrl, `the last way into database ${name}`),
        }),
    hosts: database.hosts,
    shedFirst: database.shedFirst,
    cores: database.cores ?? null,
    replicas: database.replicas.map((replica) => ({
      name: replica.name,
      url: server(replica.url, `replica ${replica.name} of ${name}`),
      cores: replica.cores ?? null,
    })),
    pgbouncer: database.pgbouncer.map((pooler) => ({
      name: pooler.name,
      url: server(pooler.url, `PgBouncer ${pooler.name} of ${name}`),
      pools: pooler.pools ?? null,
    })),
    prometheus:
      prometheus === undefined
        ? null
        : {
            url: prometheus.url,
            cpuQuery: prometheus.cpuQuery,
            objectives: prometheus.slo.map(toObjective),
            bearerToken:
              prometheus.bearerToken === undefined
                ? null
                : secret(prometheus.bearerToken, `Prometheus of ${name}`),
          },
    impact: database.impact.map((entry) => impactConfig(entry, name, server)),
  };
}

function impactConfig(
  { name, unit, promql, sql = '', url }: ConfigFile['databases'][number]['impact'][number],
  database: string,
  secret: ResolveSecret,
): ImpactConfig {
  if (promql !== undefined) return { name, unit, promql };
  return {
    name,
    unit,
    sql,
    url: url === undefined ? null : secret(url, `the server of the impact "${name}" of ${database}`),
  };
}

function kubernetesConfig(given: NonNullable<ConfigFile['kubernetes']>): KubernetesConfig {
  const { inCluster, kubeconfig, context, namespaces } = given;
  if (inCluster === (kubeconfig !== undefined)) {
    throw new FirebreakError(
      'bad-config',
      'kubernetes needs either inCluster: true or a kubeconfig file, not both.',
      {
        hint: 'In a cluster set inCluster: true and leave kubeconfig out; elsewhere name the kubeconfig file.',
      },
    );
  }
  return {
    kubeconfig: kubeconfig === undefined ? { inCluster: true } : { file: kubeconfig },
    ...(context === undefined ? {} : { context }),
    namespaces,
  };
}

function resolveSecret(ref: SecretRef, use: string, environment: Environment): Secret {
  if ('env' in ref) {
    const value = environment[ref.env];
    if (value !== undefined && value !== '') return new Secret(value);
    throw new FirebreakError(
      'missing-secret',
      `The environment variable ${ref.env} is not set; it holds ${use}.`,
      {
        hint: `Set ${ref.env}, or point the configuration at a file with { file: PATH }.`,
      },
    );
  }
  return secretInFile(ref.file, use);
}
