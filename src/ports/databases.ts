import type { ReplicaStatus } from '../domain/replica.ts';
import type { RelationReadout, ServerReadout } from '../domain/server-readout.ts';
import type { Setting, SettingChange } from '../domain/setting.ts';
import type { SessionIdentity, Snapshot } from '../domain/snapshot.ts';
import type { RoleStatements, StatementStatistics } from '../domain/statement.ts';
import type { Remedies } from './remedies.ts';

/** A monitored database as the configuration describes it. */
export interface MonitoredDatabase {
  readonly name: string;
  readonly service: string | null;
  /** Cores of the server, or null when the configuration does not say. */
  readonly cores: number | null;
  /** Roles that are shed first under overload, the least important first; who is not listed is never shed. */
  readonly shedFirst?: readonly string[];
  /** Configured replica names; the primary is always called `primary`. */
  readonly replicas: readonly string[];
}

/** What the guarded signal statement answered. */
export interface SignalResult {
  /** `ok`, `gone`, or `refused:<why>` of the statement. */
  readonly verdict: string;
  /** Whether PostgreSQL accepted the signal. */
  readonly signalled: boolean;
  readonly state: string | null;
  readonly user: string | null;
  readonly applicationName: string | null;
  readonly clientAddress: string | null;
  readonly hadWrites: boolean;
  /** PostgreSQL's clock, as text. */
  readonly at: string;
}

/** Who is never signalled, and how young is too young. */
export interface SignalGuard {
  readonly protectedRoles: readonly string[];
  /** POSIX regular expression over application_name, or null. */
  readonly protectedApplications: string | null;
  /** Networks (10.0.9.0/24) or addresses of clients. */
  readonly protectedAddresses: readonly string[];
  /** Seconds; a backend younger than this is refused. */
  readonly minimumAgeSeconds: number;
}

/** One setting as it is stored. */
export interface SettingState {
  /** When the server that answered was started. */
  readonly serverStart: string;
  /** Whether the role and the database exist. */
  readonly found: boolean;
  /** As PostgreSQL keeps it; null when it is not set, and for no limit. */
  readonly value: string | null;
  /** Whether it is of a superuser, whose settings only superusers change. */
  readonly superuser: boolean;
  /** Whether Firebreak's role may change it. */
  readonly allowed: boolean;
  /** What would allow it, for a superuser to run; null when it is allowed. */
  readonly grant: string | null;
  /** Client backends that are open now and that it is for. */
  readonly sessions: number;
}

/** What the guarded change of a setting answered; nothing was changed unless it says so. */
export type SettingChanged = 'changed' | 'server-changed' | 'value-changed';

/** Names one pause of replay: of this server, at this place in its log. */
export interface PausedReplay {
  readonly startedAt: string;
  /** Bytes from the beginning of the log. */
  readonly replayPosition: number;
}

/**
 * The monitored PostgreSQL servers. At most two standing sessions each, one round trip per call,
 * every statement with statement_timeout and lock_timeout; a timeout destroys the session.
 *
 * Every method throws FirebreakError: `database-unreachable`, `database-full`, `database-permission`,
 * `database-timeout` or `database-error`.
 */
export interface Databases extends Remedies {
  list(): readonly MonitoredDatabase[];
  /** Throws `database-error` when the name is not configured. */
  get(name: string): MonitoredDatabase;
  /** Whether both sessions to the primary of a database are open; known without asking them. */
  answers(name: string): boolean;
  /** Reads one server. At most one reading every 2 s per server: a sooner call is answered from the last one. */
  snapshot(name: string, server: string, signal: AbortSignal): Promise<Snapshot>;
  /** Earlier readings of the same server, oldest first, of at most a quarter of an hour; from memory, it asks nothing. */
  history(name: string, server: string): readonly Snapshot[];
  /** How these statements have run so far, or null when pg_stat_statements is not installed or not loaded there. */
  statements(
    name: string,
    server: string,
    queryIds: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly StatementStatistics[] | null>;
  /** How long the statements of each role take on the primary, or null likewise. */
  roleStatements(name: string, signal: AbortSignal): Promise<readonly RoleStatements[] | null>;
  replicaStatus(name: string, replica: string, signal: AbortSignal): Promise<ReplicaStatus>;
  /** The guarded statement for one backend: identity and protection are checked in the statement that signals. */
  signalBackend(
    name: string,
    request: { server: string; identity: SessionIdentity; how: 'cancel' | 'terminate'; guard: SignalGuard },
    signal: AbortSignal,
  ): Promise<SignalResult>;
  /**
   * Resumes replay on a replica, if it is still exactly this pause; checked in the statement that resumes. Answers `ok`
   * or `refused:<why>`. Throws `database-permission` when the role may not execute pg_wal_replay_resume().
   */
  resumeReplay(name: string, replica: string, pause: PausedReplay, signal: AbortSignal): Promise<string>;
  /** The exact text of that statement, for people to read. */
  resumeStatement(pause: PausedReplay): string;
  /** The exact text of the guarded statement, for people to read. */
  signalStatement(identity: SessionIdentity, how: 'cancel' | 'terminate'): string;
  /** Which of these backends still run the same transaction. */
  alive(
    name: string,
    server: string,
    identities: readonly SessionIdentity[],
    signal: AbortSignal,
  ): Promise<SessionIdentity[]>;
  /** How a server is set up and who may log in, for audits: one cheap statement over catalogs and statistics. */
  serverReadout(name: string, server: string, signal: AbortSignal): Promise<ServerReadout>;
  /** Tables and indexes of the database, for audits: another one, so that neither holds a reading up for long. */
  relationReadout(name: string, server: string, signal: AbortSignal): Promise<RelationReadout>;
  /** Reads one setting on the primary. */
  readSetting(name: string, setting: Setting, signal: AbortSignal): Promise<SettingState>;
  /** Changes one setting on the primary; server and previous value are checked in the statement that changes it. */
  changeSetting(name: string, change: SettingChange, signal: AbortSignal): Promise<SettingChanged>;
  /** The exact text of the guarded change, and the plain statement in it, for people to read. */
  settingStatements(change: SettingChange): { readonly guarded: string; readonly plain: string };
}
