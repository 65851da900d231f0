import type { ClusterPermission } from './cluster-permission.ts';
import type { GateRole } from './gate-role.ts';

/** How far a clock is from this one. */
export interface ClockReading {
  /** Milliseconds that the other clock is ahead; negative when it is behind. */
  readonly aheadMs: number;
  /** Milliseconds by which that may be wrong: half of the way there and back, or a header without fractions. */
  readonly uncertainMs: number;
}

/** Whether a role is a member of another one: `not-inherited` when it is, and does not have its rights by itself. */
export type Membership = 'held' | 'not-inherited' | 'missing';

/** What Firebreak's role can do and see on one PostgreSQL server. */
export interface PostgresAccess {
  /** `primary` or the name of a replica, as the configuration says. */
  readonly server: string;
  /** Such as 180004. */
  readonly versionNumber: number;
  readonly inRecovery: boolean;
  readonly role: string;
  /** Database of the URL. */
  readonly database: string;
  readonly superuser: boolean;
  /** Roles that this version does not have are left out. */
  readonly memberships: Readonly<Record<string, Membership>>;
  /** Sessions of other roles whose query text is hidden. */
  readonly hiddenSessions: number;
  readonly maxConnections: number;
  readonly superuserReserved: number;
  /** Slots for holders of pg_use_reserved_connections; 0 where the version has none. */
  readonly reserved: number;
  /** Limits of connections; null for none. */
  readonly databaseLimit: number | null;
  readonly roleLimit: number | null;
  /** Whether it may connect to the database `postgres` of the same server. */
  readonly mayConnectAside: boolean;
  readonly statements: {
    readonly loaded: boolean | null;
    readonly created: boolean;
    readonly libraries: string;
  };
  readonly mayResumeReplay: boolean;
  /** Bytes of a query's text that are kept. */
  readonly querySize: number;
  /** Whether the connection is encrypted; null over a socket of this machine. */
  readonly encrypted: boolean | null;
  readonly clock: ClockReading;
  /** The replication connection of the last resort: not configured, or whether it came about. */
  readonly breakGlass: 'not-configured' | 'works' | { readonly problem: string; readonly hint: string };
}

/** What the role of the cost gate may do where it makes its plans. */
export interface GateAccess {
  readonly role: GateRole;
  /** Database of the URL. */
  readonly database: string;
  /** A table that it may not read; null when it may read all. */
  readonly unreadable: string | null;
}

/** What the user of one PgBouncer console may do. */
export interface PoolerAccess {
  readonly version: string;
  readonly user: string;
  /** Of the configuration of PgBouncer; null when it does not show them. */
  readonly adminUsers: readonly string[] | null;
}

/** A permission in a namespace, and whether Firebreak has all of its verbs there. */
export interface NamespaceRight {
  readonly namespace: string;
  readonly permission: ClusterPermission;
  readonly missingVerbs: readonly string[];
}

/** What the cluster serves and lets Firebreak do. */
export interface ClusterAccess {
  /** Who Firebreak is there, such as `system:serviceaccount:firebreak:firebreak`; null when the cluster does not tell. */
  readonly identity: string | null;
  readonly version: string;
  readonly namespaces: readonly string[];
  readonly rights: readonly NamespaceRight[];
  /** What Firebreak uses and the API server does not serve, such as `cronjobs (batch/v1)`. */
  readonly notServed: readonly string[];
  readonly clock: ClockReading | null;
}

/** Something that was tried: it works, or why not and what to do. */
export type Tried =
  | { readonly works: true }
  | { readonly works: false; readonly problem: string; readonly hint: string };

/** When something from Slack arrived last, ISO 8601; null when nothing has since the start. */
export interface SlackArrivals {
  readonly click: string | null;
  readonly command: string | null;
  readonly event: string | null;
}

/** A channel, and whether the bot may be used in it. */
export interface ChannelAccess {
  readonly id: string;
  /** False too when Slack does not show the channel. */
  readonly private: boolean;
  readonly use: Tried;
}

/** What the Slack app may do. */
export interface SlackAccess {
  readonly workspace: string;
  readonly botName: string;
  readonly mode: 'socket' | 'http';
  /** Null when Slack does not name them. */
  readonly scopes: readonly string[] | null;
  readonly channel: ChannelAccess;
  /** Other channels that `alerts.routes` names, each once. */
  readonly routedChannels: readonly ChannelAccess[];
  /** Whether a connection of Socket Mode may be opened; null in http mode. */
  readonly socket: Tried | null;
  /** Where the app's manifest differs from ours; null when it could not be read. */
  readonly drift: readonly string[] | null;
  /** Why the manifest was not compared; null when it was. */
  readonly notCompared: string | null;
  /** A button that somebody was asked to press; null when nobody was asked. */
  readonly click: { readonly pressed: boolean; readonly text: string } | null;
  /** What has arrived in this process; null outside of a running Firebreak. */
  readonly arrivals: SlackArrivals | null;
  readonly clock: ClockReading | null;
  /** What the configuration asks of Slack beyond its own messages. */
  readonly uses: { readonly userGroups: boolean; readonly addresses: boolean };
}

/** What Prometheus answers for one database. */
export interface MetricsAccess {
  /** Share of 0 to 1; null when there is no usable sample. */
  readonly cpu: number | null;
  readonly objectives: readonly { readonly name: string; readonly result: Tried }[];
}

/** How Firebreak's own database is. */
export interface StateAccess {
  readonly kind: 'embedded' | 'external';
  /** Null when the embedded server has never been started. */
  readonly server: {
    readonly versionNumber: number;
    readonly role: string;
    readonly database: string;
    /** Migrations that are not applied, and whether the tables are there at all. */
    readonly pendingMigrations: readonly string[];
    readonly unknownMigrations: readonly string[];
    readonly empty: boolean;
    readonly mayCreate: boolean;
    readonly pooled: boolean;
    /** Why what was confirmed may be lost; null when it is safe. */
    readonly risk: string | null;
    readonly bytes: number;
    readonly freeConnections: number;
  } | null;
  /** Of the disk of the embedded server. */
  readonly freeBytes: number | null;
  readonly backup:
    | { readonly status: 'not-configured' }
    | { readonly status: 'none'; readonly directory: string }
    | { readonly status: 'found'; readonly file: string; readonly ageHours: number };
}

/** Who is on call, by one source. */
export interface OnCallAccess {
  readonly people: readonly string[];
}

/** A pager that took a harmless message. */
export interface PagerAccess {
  readonly pager: string;
}

/** What only the configuration says. */
export interface SetupAccess {
  /** Classes of action for which the list is empty. */
  readonly nobodyMay: readonly string[];
  readonly terminalPeople: number;
  readonly hasCluster: boolean;
  /** Databases without Prometheus. */
  readonly withoutMetrics: readonly string[];
}

/** What is looked at, by kind. */
export interface AccessOf {
  readonly firebreak: SetupAccess;
  readonly slack: SlackAccess;
  readonly postgres: PostgresAccess;
  readonly gate: GateAccess;
  readonly pgbouncer: PoolerAccess;
  readonly kubernetes: ClusterAccess;
  readonly prometheus: MetricsAccess;
  readonly state: StateAccess;
  readonly 'on-call': OnCallAccess;
  readonly paging: PagerAccess;
}

/** In the order in which people read about them. */
export const accessKinds = [
  'firebreak',
  'slack',
  'postgres',
  'gate',
  'pgbouncer',
  'kubernetes',
  'prometheus',
  'state',
  'on-call',
  'paging',
] as const satisfies readonly (keyof AccessOf)[];
export type AccessKind = (typeof accessKinds)[number];
