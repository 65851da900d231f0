import type { Session } from '../../src/domain/snapshot.ts';
import {
  policyActor,
  termsHash,
  type WatchdogAction,
  type WatchdogMode,
  type WatchdogPolicy,
} from '../../src/domain/watchdog.ts';
import { foldWatchdog, nothingRecorded, type PolicyRecord } from '../../src/domain/watchdog-record.ts';
import { decideWatchdog, type Hold } from '../../src/watchdog/decide.ts';
import {
  interrupted,
  loadOf,
  NOT_WATCHED,
  queryName,
  type Watching,
  withLook,
} from '../../src/watchdog/looks.ts';
import { anna } from '../support/domain.ts';
import { session, snapshot } from '../support/fixtures.ts';

const STEP_S = 10;
const DAY_S = 24 * 3600;
/** Midnight in UTC. */
const START_MS = Date.parse('2026-11-15T00:00:00Z');
const REHEARSAL_MS = 2 * 3600 * 1000;
const LIMIT_S = 600;

export type JumpingClock = 'none' | 'state' | 'server' | 'own';

/** What one day is like. */
export interface Day {
  readonly seed: number;
  readonly mode: WatchdogMode;
  readonly olderThanSeconds: number;
  readonly most: number;
  readonly hasWindow: boolean;
  /** The clock that is set forward or back by up to two hours, again and again. */
  readonly jumping: JumpingClock;
}

/** What came of it. */
export interface DayResult {
  /** What was done that must not be, in words. */
  readonly wrong: readonly string[];
  readonly killed: number;
  readonly reported: number;
  readonly proposed: number;
  /** Looks at the server, and those of them that showed load. */
  readonly looks: number;
  readonly loaded: number;
  /** Sessions that ran, and those of them that may never be ended. */
  readonly sessions: number;
  readonly untouchable: number;
  /** How often nothing was done, by the reason. */
  readonly held: ReadonlyMap<Hold, number>;
}

/** Who runs in the simulation, and whether a policy about the roles report and backup may end them. */
const KINDS: readonly { may: boolean; often: number; like: Partial<Session> }[] = [
  { may: true, often: 4, like: { user: 'report' } },
  { may: true, often: 1, like: { user: 'report', waitEventType: 'IO', waitEvent: 'DataFileRead' } },
  { may: false, often: 2, like: { user: 'shop', applicationName: 'report-generator' } },
  { may: false, often: 1, like: { user: 'report', applicationName: 'psql' } },
  { may: false, often: 1, like: { user: 'backup' } },
  { may: false, often: 1, like: { user: 'report', applicationName: 'report-nightly' } },
  { may: false, often: 1, like: { user: 'report', protectedBy: ['superuser'] } },
  { may: false, often: 1, like: { user: 'report', protectedBy: ['create_index_concurrently'] } },
  { may: false, often: 1, like: { user: 'report', protectedBy: ['protected_address'] } },
  { may: false, often: 1, like: { user: 'report', waitEventType: 'IPC', waitEvent: 'SyncRep' } },
  { may: false, often: 1, like: { user: 'report', waitEventType: 'Lock', waitEvent: 'relation' } },
  { may: false, often: 1, like: { user: 'report', state: 'idle in transaction' } },
  { may: false, often: 1, like: { user: null } },
];

interface Running {
  readonly pid: number;
  readonly may: boolean;
  readonly beganS: number;
  readonly endsS: number;
  readonly like: Session;
}

const policyOf = ({ mode, olderThanSeconds, most, hasWindow }: Day): WatchdogPolicy => ({
  name: 'reports',
  mode,
  terms: {
    database: 'orders',
    roles: ['report', 'backup'],
    applications: ['report-*'],
    olderThanSeconds,
    load: { onCpuPerCore: 1, poolWaiting: 0 },
    window: hasWindow ? { window: '09:00-17:00', timeZone: 'Europe/Berlin' } : null,
    most,
  },
});

/** Berlin is an hour ahead of UTC in November. */
const isInTrueWindow = (t: number) => t >= 8 * 3600 && t < 16 * 3600;

const protection = { protectedRoles: ['backup'], protectedApplications: 'nightly$', minimumAgeSeconds: 5 };

/** Plays 24 hours, a look every ten seconds, and judges each act by what is true and not by what the clocks say. */
export function playDay(day: Day): DayResult {
  const random = numbersFrom(day.seed);
  const chance = (probability: number) => random() < probability;
  const between = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const policy = policyOf(day);
  const offsets = { state: 0, server: 0, own: 0 };
  const clock = (name: keyof typeof offsets, t: number) => START_MS + t * 1000 + offsets[name];
  const serverTime = (t: number) =>
    new Date(clock('server', t)).toISOString().replace('Z', '+00').replace('T', ' ');

  let records: ReadonlyMap<string, PolicyRecord> = new Map();
  let watching: Watching = NOT_WATCHED;
  let running: Running[] = [];
  let pids = 1000;
  let startedAt = serverTime(0);
  let isLoaded = false;
  let isIncidentOpen = false;
  let isStopped = false;
  let lastLoads: boolean[] = [];
  let pausedUntil = 0;
  let isCrashed: WatchdogAction | null = null;
  const kills: { t: number; count: number }[] = [];
  /** Queries that were signalled, whatever became of them. */
  const signalled = new Set<string>();
  const wrong: string[] = [];
  const held = new Map<Hold, number>();
  const result = { killed: 0, reported: 0, proposed: 0, looks: 0, loaded: 0, sessions: 0, untouchable: 0 };
  const record = () => records.get(policy.name) ?? nothingRecorded;
  const append = (t: number, event: Parameters<typeof foldWatchdog>[1]['event']) => {
    records = foldWatchdog(records, { at: new Date(clock('state', t)).toISOString(), event });
  };
  const enable = (t: number, mode: WatchdogMode) =>
    append(t, {
      type: 'watchdog.enabled',
      policy: policy.name,
      mode,
      terms: policy.terms,
      by: policyActor(policy),
    });
  const spawn = (t: number, may: boolean, like: Partial<Session>) => {
    const pid = chance(0.2) && pids > 1050 ? between(1000, 1050) : ++pids;
    if (running.some((one) => one.pid === pid)) return;
    result.sessions += 1;
    if (!may) result.untouchable += 1;
    const began = serverTime(t);
    const full = session(pid, { applicationName: 'report-a', queryId: String(between(1, 60)), ...like });
    running.push({
      pid,
      may,
      beganS: t,
      endsS: t + between(5, 1500),
      like: {
        ...full,
        pid,
        serverStart: startedAt,
        backendStart: began,
        xactStart: began,
        queryStart: began,
      },
    });
  };

  function change(t: number): void {
    if (chance(0.004)) isLoaded = !isLoaded;
    if (chance(isIncidentOpen ? 0.02 : 0.001)) isIncidentOpen = !isIncidentOpen;
    if (chance(isStopped ? 0.02 : 0.001)) {
      isStopped = !isStopped;
      const to = isStopped ? 'stopped' : 'running';
      append(t, { type: 'watchdog.switched', policy: policy.name, to, by: anna, reason: '', incident: null });
    }
    if (day.jumping !== 'none' && chance(0.004)) offsets[day.jumping] += between(-7200, 7200) * 1000;
    if (chance(0.002)) {
      running = [];
      startedAt = serverTime(t);
    }
    // Firebreak is started anew, after a while or at once.
    if (chance(0.003)) {
      watching = NOT_WATCHED;
      pausedUntil = t + between(0, 40) * STEP_S;
    }
    running = running.filter(({ endsS }) => endsS > t);
    if (chance(0.25)) {
      const all = KINDS.flatMap((kind) => Array.from({ length: kind.often }, () => kind));
      const kind = all[between(0, all.length - 1)];
      if (kind !== undefined) spawn(t, kind.may, kind.like);
    }
  }

  function look(t: number): void {
    const sessions = running.map(({ like }) => {
      const age = (clock('server', t) - Date.parse(like.queryStart ?? '')) / 1000;
      return { ...like, transactionSeconds: age, stateSeconds: age };
    });
    const onCpu = isLoaded ? between(3, 9) : between(0, 2);
    const read = snapshot({ at: serverTime(t), startedAt, cores: 2, onCpu, sessions });
    const at = clock('own', t);
    watching = withLook(watching, { snapshot: read, poolWaiting: null, readAt: at });
    result.looks += 1;
    if (isLoaded) result.loaded += 1;
    lastLoads = [...lastLoads.slice(-2), isLoaded];
  }

  function judge(t: number, action: WatchdogAction): void {
    const say = (what: string) => wrong.push(`${t} s: ${what}`);
    const recent = kills.filter((one) => t - one.t < LIMIT_S).reduce((sum, { count }) => sum + count, 0);
    if (day.mode === 'report') say('ended in report mode');
    if (isStopped) say('ended after it was stopped');
    if (isIncidentOpen) say('ended while an incident is open');
    if (isCrashed !== null) say('ended while it is not known what became of the last ones');
    if (day.hasWindow && !isInTrueWindow(t)) say('ended outside its window');
    if (recent + action.targets.length > day.most) say('ended more than it may');
    if (lastLoads.length < 3 || lastLoads.includes(false)) say('ended without load');
    for (const { session: named, generation } of action.targets) {
      const one = running.find(({ pid, like }) => pid === named.pid && like.queryStart === named.queryStart);
      if (one === undefined) say(`ended pid ${named.pid}, which is another one now`);
      else if (signalled.has(queryName(named))) say(`ended pid ${named.pid} a second time`);
      else if (!one.may)
        say(`ended ${one.like.user} ${one.like.applicationName} ${one.like.protectedBy.join()}`);
      else if (t - one.beganS < day.olderThanSeconds) say(`ended a query of ${t - one.beganS} s`);
      if (generation > 1) say('ended what keeps coming back');
    }
  }

  function act(t: number): void {
    // What a crash left open is settled first, when it can be read: who is still there was not ended.
    if (isCrashed !== null && chance(0.2)) {
      const results = isCrashed.targets.map(({ session: { pid } }) => ({
        pid,
        status: running.some((one) => one.pid === pid) ? ('interrupted' as const) : ('ended' as const),
        detail: '',
      }));
      append(t, { type: 'watchdog.ended', policy: policy.name, id: isCrashed.id, results });
      isCrashed = null;
    }
    const decision = decideWatchdog({
      policy,
      record: record(),
      watching,
      incident: isIncidentOpen ? 'INC-1' : null,
      now: new Date(clock('state', t)),
      protection,
      ownerOf: () => null,
      rehearsalMs: REHEARSAL_MS,
    });
    if (decision.do === 'hold') {
      held.set(decision.why, (held.get(decision.why) ?? 0) + 1);
      return;
    }
    if (decision.do === 'propose') {
      result.proposed += 1;
      isStopped = true;
      const by = policyActor(policy);
      append(t, {
        type: 'watchdog.switched',
        policy: policy.name,
        to: 'stopped',
        by,
        reason: '',
        incident: 'INC-2',
      });
      return;
    }
    const last = watching.looks.at(-1);
    if (last === undefined) throw new Error('It acts on nothing.');
    const action: WatchdogAction = {
      policy: policy.name,
      id: String(record().actions.length + 1),
      serverAt: last.snapshot.at,
      targets: [...decision.targets],
      load: loadOf(last),
      warnings: [],
    };
    if (decision.mode === 'report') {
      result.reported += action.targets.length;
      append(t, { type: 'watchdog.reported', ...action });
      return;
    }
    judge(t, action);
    kills.push({ t, count: action.targets.length });
    result.killed += action.targets.length;
    append(t, { type: 'watchdog.intended', ...action, by: policyActor(policy), instance: 'one' });
    const pidsEnded = new Set(action.targets.map(({ session: { pid } }) => pid));
    if (chance(0.1)) {
      // Killed between intent and outcome, before or after the signal.
      if (chance(0.5)) running = running.filter(({ pid }) => !pidsEnded.has(pid));
      watching = NOT_WATCHED;
      isCrashed = action;
      return;
    }
    for (const target of action.targets) signalled.add(queryName(target.session));
    const survivors = new Set([...pidsEnded].filter(() => chance(0.1)));
    const ended = running.filter(({ pid }) => pidsEnded.has(pid) && !survivors.has(pid));
    running = running.filter(({ pid }) => !ended.some((one) => one.pid === pid));
    append(t, {
      type: 'watchdog.ended',
      policy: policy.name,
      id: action.id,
      results: [...pidsEnded].map((pid) => ({
        pid,
        status: survivors.has(pid) ? 'survived' : 'ended',
        detail: '',
      })),
    });
    for (const one of ended) {
      if (chance(0.5)) spawn(t + 1, one.may, { ...one.like, waitEventType: null, waitEvent: null });
    }
  }

  enable(0, 'report');
  const armedAt = between(1, 3) * 3600;
  for (let t = STEP_S; t < DAY_S; t += STEP_S) {
    if (day.mode === 'kill' && t === armedAt) enable(t, 'kill');
    change(t);
    if (t < pausedUntil) continue;
    if (chance(0.01)) {
      watching = interrupted(watching);
      continue;
    }
    look(t);
    act(t);
  }
  if (record().enabled?.hash !== termsHash(policy.terms)) throw new Error('The terms are others.');
  return { wrong, ...result, held };
}

/** Numbers from 0 to 1 that depend on the seed only (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
