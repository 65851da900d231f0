import type { Capture, PublishedTable } from '../domain/change-capture.ts';
import type { ExistingIndex, IndexSpec, IndexToDrop } from '../domain/index-build.ts';
import type { StatementText } from '../domain/statement.ts';

/** How far the build of an index is, by pg_stat_progress_create_index. */
export interface BuildProgress {
  readonly pid: number;
  /** Name of the index, or null when it has none yet. */
  readonly index: string | null;
  /** As PostgreSQL calls it, such as `building index: scanning table`. */
  readonly phase: string;
  /** Share of the phase that is done, 0 to 1, or null when the phase has no measure. */
  readonly share: number | null;
}

/** A table for which an index is considered. */
export interface IndexSite {
  readonly serverStart: string;
  /** PostgreSQL's name of the database that it is in. */
  readonly database: string;
  readonly oid: number;
  /** Names as PostgreSQL stores them. */
  readonly schema: string;
  readonly table: string;
  /** Whether it is an ordinary table or a materialized view, on which an index can be built concurrently. */
  readonly ordinary: boolean;
  readonly owner: string;
  /** By the statistics; null when it was never analysed. */
  readonly rows: number | null;
  readonly bytes: number;
  readonly columns: readonly {
    readonly name: string;
    /** Bytes of a value: those of its type, or null when they vary. */
    readonly width: number | null;
  }[];
  readonly indexes: readonly ExistingIndex[];
  /** Builds on it that run now. */
  readonly building: readonly BuildProgress[];
  /** Whether the owner may make indexes there and Firebreak's role may act as the owner. */
  readonly allowed: boolean;
  /** What would allow it, for a superuser to run; null when it is allowed. */
  readonly grant: string | null;
}

/** What came of a statement that was only to run on the very thing that was planned; nothing was changed unless it says so. */
export type Remedied = 'done' | 'server-changed' | 'thing-changed';

/** How pg_stat_statements stands in a database. */
export interface QueryStatistics {
  readonly serverStart: string;
  /** Whether the server has its files. */
  readonly available: boolean;
  /** Whether the library was loaded when the server started. */
  readonly loaded: boolean;
  /** Whether the extension is created in this database. */
  readonly created: boolean;
  /** `shared_preload_libraries`, or null when the role may not see it. */
  readonly libraries: string | null;
  /** Whether Firebreak's role may create and drop it: it is no trusted extension. */
  readonly allowed: boolean;
}

/** A table that could be published. */
export interface CapturableTable extends PublishedTable {
  readonly rows: number | null;
  readonly bytes: number;
  /** What tells its rows apart in the stream of changes; null when nothing does, and then UPDATE and DELETE would fail. */
  readonly identity: 'primary key' | 'index' | 'whole row' | null;
  /** Whether it is an ordinary or partitioned table that is logged. */
  readonly publishable: boolean;
}

/** What change data capture needs and has on the primary. */
export interface CaptureReadout {
  readonly serverStart: string;
  readonly database: string;
  readonly inRecovery: boolean;
  readonly walLevel: string;
  readonly slots: { readonly most: number; readonly used: number };
  readonly senders: { readonly most: number; readonly used: number };
  /** max_slot_wal_keep_size, or null without a limit. */
  readonly keepBytes: number | null;
  /** The publication of the name, or null. */
  readonly publication: { readonly owner: string; readonly tables: readonly string[] } | null;
  /** The slot of the name, or null. */
  readonly slot: {
    readonly plugin: string | null;
    readonly database: string | null;
    readonly active: boolean;
    readonly walStatus: string | null;
    readonly retainedBytes: number | null;
  } | null;
  /** Tables that were asked for; else those of all user schemas, the largest first, at most 100. */
  readonly tables: readonly CapturableTable[];
  /** What Firebreak's role lacks to do it, as statements of a superuser, by owner of the tables. */
  readonly grants: Readonly<Record<string, readonly string[]>>;
}

/**
 * What remedies read and change in the primary's database. A change runs on a connection of its own, which is closed
 * afterwards: it may take hours, and the standing sessions stay free. Throws as `Databases` does.
 */
export interface Remedies {
  /** The statements that took most time in all, with their texts, or null without pg_stat_statements; at most 40. */
  heavyStatements(name: string, signal: AbortSignal): Promise<readonly StatementText[] | null>;
  /** A table by its name, as `schema.table` plain or quoted; null when there is none. */
  indexSite(name: string, table: string, signal: AbortSignal): Promise<IndexSite | null>;
  /** Builds an index. When the signal aborts the build is cancelled; what it leaves behind is to be dropped. */
  buildIndex(
    name: string,
    spec: IndexSpec,
    limits: { readonly lockSeconds: number },
    signal: AbortSignal,
  ): Promise<Remedied>;
  /** Indexes by their names (`schema.name`, plain or quoted) as they would be dropped; missing ones are left out. */
  indexesToDrop(
    name: string,
    indexes: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly DroppableIndex[]>;
  dropIndex(
    name: string,
    index: IndexToDrop,
    limits: { readonly lockSeconds: number },
    signal: AbortSignal,
  ): Promise<Remedied>;
  queryStatistics(name: string, signal: AbortSignal): Promise<QueryStatistics>;
  /** Creates the extension pg_stat_statements, or drops it; nothing that depends on it goes with it. */
  changeQueryStatistics(
    name: string,
    change: { readonly create: boolean; readonly serverStart: string },
    signal: AbortSignal,
  ): Promise<Remedied>;
  /** @param tables `schema.table`, plain or quoted; none for all. */
  captureReadout(
    name: string,
    asked: { readonly publication: string; readonly slot: string; readonly tables: readonly string[] },
    signal: AbortSignal,
  ): Promise<CaptureReadout>;
  createPublication(name: string, capture: Capture, signal: AbortSignal): Promise<Remedied>;
  /** Makes the slot, which keeps the log from then on. */
  createSlot(name: string, slot: string, serverStart: string, signal: AbortSignal): Promise<Remedied>;
  dropPublication(
    name: string,
    publication: { readonly name: string; readonly owner: string; readonly serverStart: string },
    signal: AbortSignal,
  ): Promise<Remedied>;
  /** Drops a logical slot that nobody reads. */
  dropSlot(name: string, slot: string, serverStart: string, signal: AbortSignal): Promise<Remedied>;
}

/** An index that could be dropped. */
export interface DroppableIndex extends IndexToDrop {
  readonly valid: boolean;
  readonly bytes: number;
  /** Whether its build runs now. */
  readonly building: boolean;
  /** Whether a constraint stands on it, so that it cannot be dropped alone. */
  readonly constraint: boolean;
  readonly allowed: boolean;
  readonly grant: string | null;
}
