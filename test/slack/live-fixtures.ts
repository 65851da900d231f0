import type { LockNode, LocksNow, QueriesNow, SessionNow } from '../../src/domain/live.ts';
import type { LiveReadings } from '../../src/ports/live.ts';
import { AT } from './fixtures.ts';

export function sessionNow(over: Partial<SessionNow> = {}): SessionNow {
  return {
    pid: 4711,
    ageSeconds: 192,
    state: 'active',
    owner: 'CronJob analytics/report-generator',
    certainty: 'strong',
    user: 'reporting',
    application: 'report-generator',
    sql: 'SELECT * FROM orders WHERE created_at > $1',
    ...over,
  };
}

export function queriesNow(over: Partial<QueriesNow> = {}): QueriesNow {
  return {
    database: 'orders',
    at: AT,
    slots: { used: 38, usable: 97 },
    gaps: [],
    onCpu: 12,
    sessions: [sessionNow(), sessionNow({ pid: 4712, ageSeconds: 42, state: 'waits for a lock' })],
    olderThanSeconds: 1,
    ...over,
  };
}

export function lockNode(pid: number, over: Partial<LockNode> = {}): LockNode {
  return {
    pid,
    session: sessionNow({ pid }),
    otherwise: null,
    request: 'AccessExclusiveLock on public.orders',
    waiters: [],
    ...over,
  };
}

export function locksNow(over: Partial<LocksNow> = {}): LocksNow {
  const chain = lockNode(4712, { waiters: [lockNode(4713)] });
  return {
    database: 'orders',
    at: AT,
    slots: { used: 38, usable: 97 },
    gaps: [],
    roots: [lockNode(4711, { request: null, waiters: [chain] })],
    waiting: 2,
    circle: [],
    ...over,
  };
}

/** Live readings that the test writes. */
export interface ScriptedLive extends LiveReadings {
  read: QueriesNow;
  locked: LocksNow;
  fail: Error | null;
  /** Resolves when the reading is there. */
  before: () => Promise<void>;
  /** Databases that were asked for. */
  asked: string[];
}

export function createScriptedLive(): ScriptedLive {
  return {
    read: queriesNow(),
    locked: locksNow(),
    fail: null,
    before: async () => undefined,
    asked: [],
    async queries(database) {
      this.asked.push(database);
      await this.before();
      if (this.fail !== null) throw this.fail;
      return { ...this.read, database };
    },
    async locks(database) {
      this.asked.push(database);
      if (this.fail !== null) throw this.fail;
      return { ...this.locked, database };
    },
  };
}
