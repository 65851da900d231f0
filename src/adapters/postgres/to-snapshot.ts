import type { IdleSession, Session, Snapshot } from '../../domain/snapshot.ts';
import { maskSqlCached } from './mask-cache.ts';
import type { SnapshotRow } from './snapshot-row.ts';
import { readTags } from './tags.ts';

/** What the configuration and the clock add to the row of the statement. */
export interface SnapshotContext {
  readonly database: string;
  readonly server: string;
  readonly cores: number | null;
  readonly tookMs: number;
}

/** Turns the row into the domain's snapshot; query texts are masked here and leave the adapter only so. */
export function toSnapshot(row: SnapshotRow, context: SnapshotContext): Snapshot {
  const { tookMs, ...names } = context;
  return {
    ...names,
    at: row.at,
    startedAt: row.up_since,
    versionNumber: row.v,
    inRecovery: row.replica,
    slots: { max: row.max, superuserReserved: row.su_res, reserved: row.res, used: row.used },
    onCpu: row.waits.filter(({ t }) => t === 'CPU').reduce((sum, { n }) => sum + n, 0),
    waits: row.waits.map(({ t, e, n }) => ({ type: t, event: e, backends: n })),
    groups: row.by.map(toGroup),
    sessions: row.top
      .map((session) => toSession(session, row.up_since, trackSize(row.track_size)))
      .sort((a, b) => age(b) - age(a)),
    idleSessions: row.idle.map((session) => toIdleSession(session, row.up_since)),
    backends: row.backends.map(([pid, user, clientAddress, clientPort]) => ({
      pid,
      user,
      clientAddress,
      clientPort,
    })),
    lockWaiters: row.locks,
    standbys: row.repl.map(toStandby),
    slotsRetaining: row.slots.map(toSlot),
    wal: {
      position: row.wal.position,
      maxBytes: row.wal.max,
      slotKeepBytes: row.wal.slot_keep,
      standbyParameters: row.wal.parameters,
    },
    lockRequests: row.asks.map(({ pid, t, m, rel, tid, xid }) => ({
      pid,
      type: t,
      mode: m,
      relation: rel,
      row: tid,
      transactionId: xid,
    })),
    prepared: row.prepared.map(({ gid, xid, owner, db, age_s, rels }) => ({
      gid,
      transactionId: xid,
      owner,
      database: db,
      seconds: age_s,
      relations: rels,
    })),
    autovacuumWorkers: row.vacuum.map(toAutovacuumWorker),
    tookMs,
  };
}

/** PostgreSQL says it in the text of the worker: `autovacuum: VACUUM public.orders (to prevent wraparound)`. */
const AUTOVACUUM = /^autovacuum: (?:VACUUM|ANALYZE|BRIN summarize)(?: ANALYZE)? (\S+)/;

function toAutovacuumWorker(worker: SnapshotRow['vacuum'][number]): Snapshot['autovacuumWorkers'][number] {
  const text = worker.q ?? '';
  return {
    pid: worker.pid,
    database: worker.db,
    table: AUTOVACUUM.exec(text)?.[1] ?? null,
    preventsWraparound: text.includes('(to prevent wraparound)'),
    seconds: worker.age_s,
    phase: worker.phase,
    scannedShare: worker.scanned === null || !worker.total ? null : worker.scanned / worker.total,
  };
}

function toGroup(group: SnapshotRow['by'][number]): Snapshot['groups'][number] {
  return {
    user: group.usr,
    applicationName: group.app ?? '',
    clientAddress: group.addr,
    database: group.db,
    state: group.state,
    backends: group.n,
    lockWaiting: group.lock_wait,
    oldestSeconds: group.oldest_s,
    oldestBackendSeconds: group.backend_s,
    youngBackends: group.young,
    behind: null,
  };
}

function toStandby(row: SnapshotRow['repl'][number]): Snapshot['standbys'][number] {
  return {
    applicationName: row.app ?? '',
    clientAddress: row.addr,
    kind: row.kind,
    state: row.state,
    sendBytes: row.send_bytes,
    flushBytes: row.flush_bytes,
    replayBytes: row.replay_bytes,
    replaySeconds: row.replay_s,
    replyAgeSeconds: row.reply_age_s,
  };
}

function toSlot(row: SnapshotRow['slots'][number]): Snapshot['slotsRetaining'][number] {
  return {
    name: row.slot_name,
    type: row.slot_type,
    active: row.active,
    walStatus: row.wal_status,
    retainedBytes: row.retained,
    safeBytes: row.safe,
    inactiveSeconds: row.inactive_s,
    plugin: row.plugin,
    database: row.database,
    consumer: row.consumer,
    xminAge: row.xmin_age,
    invalidatedBy: row.invalid,
  };
}

function toSession(row: SnapshotRow['top'][number], serverStart: string, trackBytes: number): Session {
  const text = row.q ?? '';
  const cutByServer = (row.q_bytes ?? 0) >= trackBytes;
  return {
    serverStart,
    pid: row.pid,
    backendStart: row.bs,
    xactStart: row.xs,
    queryStart: row.qs,
    state: row.state,
    waitEventType: row.wt,
    waitEvent: row.we,
    database: row.db,
    user: row.usr,
    applicationName: row.app ?? '',
    clientAddress: row.addr,
    clientPort: row.port,
    writes: row.writes,
    snapshotAge: row.snap_age,
    queryId: row.qid,
    transactionSeconds: row.xact_s,
    stateSeconds: row.state_s,
    parallelWorkers: row.workers,
    sql: maskSqlCached(text, cutByServer || row.q_tail !== null),
    protectedBy: row.prot,
    tags: { ...readTags(text), ...(row.q_tail === null ? {} : readTags(row.q_tail)) },
    behind: null,
  };
}

function age({ transactionSeconds, stateSeconds }: Session): number {
  return transactionSeconds ?? stateSeconds ?? 0;
}

function toIdleSession(row: SnapshotRow['idle'][number], serverStart: string): IdleSession {
  return {
    serverStart,
    pid: row.pid,
    backendStart: row.bs,
    queryStart: row.qs,
    database: row.db,
    user: row.usr,
    applicationName: row.app ?? '',
    clientAddress: row.addr,
    clientPort: row.port,
    backendSeconds: row.backend_s,
    idleSeconds: row.idle_s,
    protectedBy: row.prot,
  };
}

const UNITS: Record<string, number> = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };
/** PostgreSQL keeps one byte for the end and cuts at a character of up to four bytes. */
const CUT_SLACK_BYTES = 4;

/** From how many bytes on a query text may have been cut by track_activity_query_size. */
function trackSize(setting: string): number {
  const [, digits = '1024', unit = 'B'] = /^(\d+)\s*([kMG]?B)?$/.exec(setting) ?? [];
  return Number(digits) * (UNITS[unit] ?? 1) - CUT_SLACK_BYTES;
}
