import type { AuditPolicy, AuditSchedule } from '../domain/audit-policy.ts';
import type { Authority, DecisionRules } from '../domain/authority.ts';
import type { GatePolicy } from '../domain/gate.ts';
import type { IntakePolicy } from '../domain/intake-policy.ts';
import type { Objective } from '../domain/objective.ts';
import type { ReminderTargets } from '../domain/reminder.ts';
import type { RetentionPolicy } from '../domain/retention.ts';
import type { Secret } from '../domain/secret.ts';
import type { WatchdogPolicy } from '../domain/watchdog.ts';
import type { AlertSource } from '../intake/alert-source.ts';
import type { OnCallEntry, PagingEntry } from './on-call.ts';
import type { ConfigFile } from './schema.ts';

/** The configuration with its secrets resolved. Secrets print as `<secret>`. */
export interface Config {
  readonly slack: {
    readonly mode: 'socket' | 'http';
    readonly channel: string;
    readonly apiUrl: string | null;
    readonly botToken: Secret;
    readonly appToken: Secret | null;
    readonly signingSecret: Secret | null;
    readonly host: string;
    readonly port: number;
  };
  readonly http: ConfigFile['http'];
  readonly state: {
    readonly directory: string;
    readonly url: Secret | null;
    /** Where backups are put, or null when the configuration does not say. */
    readonly backupDirectory?: string | null;
    readonly retention: RetentionPolicy;
  };
  readonly sources: readonly AlertSource[];
  /** Where alerts lead, and when they open nothing. */
  readonly alertPolicy: IntakePolicy;
  readonly databases: readonly DatabaseConfig[];
  readonly protected: ConfigFile['protected'];
  readonly audits: AuditPolicy;
  /** Null: they run only when somebody asks. */
  readonly auditSchedule: AuditSchedule | null;
  /** When the digest of the follow-ups is posted; null for never. */
  readonly followUpSchedule: AuditSchedule | null;
  /** Token of jobs that ask the cost gate over HTTP; null when nobody can. */
  readonly gateToken: Secret | null;
  /** Standing permissions to end long queries; none unless given. */
  readonly watchdogPolicies: readonly WatchdogPolicy[];
  readonly kubernetes: KubernetesConfig | null;
  /** Null for the runbooks that are shipped. */
  readonly runbookDirectory: string | null;
  readonly authority: Authority;
  readonly decisionRules: DecisionRules;
  readonly onCall: readonly OnCallEntry[];
  readonly paging: readonly PagingEntry[];
  /** Who can be at a terminal, by account of the machine or by passphrase. */
  readonly terminalPeople: readonly TerminalPerson[];
  /** IANA name of the zone of the team. */
  readonly timeZone: string;
  readonly logLevel: ConfigFile['log']['level'];
  /** Whether traces are sent, as the variables of OpenTelemetry say. */
  readonly traced: boolean;
}

export interface TerminalPerson {
  /** Slack user id. */
  readonly id: string;
  readonly name: string;
  readonly login: string | null;
  readonly passphrase: Secret | null;
}

/** The cluster, always said and never guessed from the surroundings. */
export interface KubernetesConfig {
  readonly kubeconfig: { readonly file: string } | { readonly inCluster: true };
  readonly context?: string;
  readonly namespaces: readonly string[];
}

export interface DatabaseConfig {
  readonly name: string;
  readonly service: string | null;
  readonly url: Secret;
  /** Roles whose new connections are refused first under overload, the least important first. */
  readonly shedFirst?: readonly string[];
  /** Replication connection of the last resort. */
  readonly breakGlassUrl?: Secret;
  /** Further host names under which workloads reach its servers. */
  readonly hosts?: { readonly primary: readonly string[]; readonly replicas: readonly string[] };
  readonly cores: number | null;
  readonly replicas: readonly {
    readonly name: string;
    readonly url: Secret;
    readonly cores?: number | null;
  }[];
  readonly pgbouncer: readonly {
    readonly name: string;
    readonly url: Secret;
    /** Null for all of its databases. */
    readonly pools: readonly string[] | null;
  }[];
  readonly prometheus: {
    readonly url: string;
    readonly cpuQuery: string;
    readonly objectives: readonly Objective[];
    readonly bearerToken: Secret | null;
  } | null;
  /** The cost gate; without it no job can ask about this database. */
  readonly gate?: GateConfig;
  /** Who hears of a decision that waits; nobody beyond the thread and the channel unless given. */
  readonly reminders?: ReminderTargets;
  /** Asked when a post-mortem is written. */
  readonly impact: readonly ImpactConfig[];
}

/** The cost gate of one database. */
export interface GateConfig {
  readonly url: Secret;
  /** Where jobs run instead of on the primary; null without a replica. */
  readonly replica: { readonly host: string; readonly port: number } | null;
  readonly policy: GatePolicy;
}

/** One question about what an incident did to the service. */
export type ImpactConfig = { readonly name: string; readonly unit: string } & (
  | { readonly promql: string }
  /** `url` is null for the first replica. */
  | { readonly sql: string; readonly url: Secret | null }
);
