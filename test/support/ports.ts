import type { AuditReport } from '../../src/domain/audit.ts';
import type { ClusterFacts, CronJob, Deployment, Job } from '../../src/domain/cluster.ts';
import type { BatchWorkload, ClusterGuardrails } from '../../src/domain/cluster-guardrails.ts';
import { areSameHosts, hostsText } from '../../src/domain/database-route.ts';
import type { DatabaseSetup } from '../../src/domain/database-setup.ts';
import { FirebreakError } from '../../src/domain/errors.ts';
import type { IndexAdvice } from '../../src/domain/gate.ts';
import { boundName, type PodUse, type StoredBound } from '../../src/domain/namespace-bounds.ts';
import type { Objective } from '../../src/domain/objective.ts';
import type { Progress } from '../../src/domain/outcome.ts';
import { type Plan, proposedSelection, type Selection } from '../../src/domain/plan.ts';
import type { Pooler } from '../../src/domain/pooler.ts';
import type { ReplicaStatus } from '../../src/domain/replica.ts';
import type { RelationReadout, ServerReadout } from '../../src/domain/server-readout.ts';
import { type Setting, settingKey } from '../../src/domain/setting.ts';
import { backendId, type Session, type Snapshot } from '../../src/domain/snapshot.ts';
import type { RoleStatements, StatementStatistics, StatementText } from '../../src/domain/statement.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Databases, SettingState, SignalGuard } from '../../src/ports/databases.ts';
import type { Metrics, Reading } from '../../src/ports/metrics.ts';
import type { Poolers } from '../../src/ports/poolers.ts';
import type { CaptureReadout, IndexSite, QueryStatistics } from '../../src/ports/remedies.ts';
import type { Workloads } from '../../src/ports/workloads.ts';
import type { EarlierStep, StepContext, StepKind } from '../../src/steps/step-kind.ts';
import { auditReport, relationReadout, serverReadout } from './audit-facts.ts';
import { cluster, pgTime, snapshot } from './fixtures.ts';
import { captureReadout, remediesOf } from './remedies-world.ts';

/** The moment that pgTime(0) names. */
const START = Date.UTC(2024, 10, 15, 14, 38, 0);

/** The outside world of a test: its state is plain, its time moves only when somebody sleeps. */
export interface World {
  snapshot: Snapshot;
  cluster: ClusterFacts;
  /** Pods of a namespace that are not finished. */
  pods: Map<string, PodUse[]>;
  /** ResourceQuotas and LimitRanges that were made. */
  bounds: StoredBound[];
  /** What audits read of the cluster and of the server. */
  guardrails: ClusterGuardrails;
  server: ServerReadout;
  relations: RelationReadout;
  /** What the audits find. */
  report: AuditReport;
  cpu: Reading | null;
  history: Snapshot[];
  statements: StatementStatistics[] | null;
  /** How long the statements of each role take, or null without pg_stat_statements. */
  roleStatements: RoleStatements[] | null;
  /** What the service promises, and how it is now. */
  objectives: { objective: Objective; value: number | null }[];
  replicas: ReplicaStatus[];
  /** What runs on a replica, by its name; without an entry it is idle. */
  replicaSnapshots: Map<string, Snapshot>;
  /** The PgBouncers in front of the database. */
  poolers: Pooler[];
  /** Configured namespaces; none stands for no cluster. */
  namespaces: string[];
  /** How a backend answers to signals; the others end at the first one. */
  manners: Map<number, 'ignores cancel' | 'immortal' | `refused:${string}`>;
  /** Stored settings by their key; without an entry it is not set, and may be changed. */
  settings: Map<string, Partial<SettingState>>;
  /** Roles that are shed first, by the configuration. */
  shedFirst: string[];
  /** Faults by method name. */
  faults: Map<string, FirebreakError>;
  /** The statements that took most time, or null without pg_stat_statements. */
  heavyStatements: StatementText[] | null;
  /** Indexes that a statement would gain from, by its text; null without a gate role. */
  advice: Map<string, IndexAdvice[]> | null;
  /** Tables for indexes, by `schema.table`. */
  sites: Map<string, IndexSite>;
  /** How the next builds end, by name of the index; without an entry they succeed. */
  builds: Map<string, 'leaves-invalid' | 'answer-lost'>;
  queryStatistics: QueryStatistics;
  capture: CaptureReadout;
  guard: SignalGuard;
  /** What the configuration says around the database. */
  setup: DatabaseSetup;
  /** Every call that changes something, in order. */
  readonly changes: string[];
  readonly progress: Progress[];
  /** Of each run of the audits, whether an older reading was refused. */
  readonly auditedSince: boolean[];
  /** Seconds since the start. */
  seconds(): number;
  /** Sets the clock by so many seconds, without any time going by. */
  setClock(seconds: number): void;
  /** Called after every sleep, with the seconds since the start. */
  onTick: (seconds: number) => void;
  /** Called when a Deployment was changed. */
  onDeployment: (deployment: Deployment) => void;
  context(earlier?: readonly EarlierStep[]): StepContext;
}

export function createWorld(
  parts: Partial<
    Pick<World, 'snapshot' | 'cluster' | 'cpu' | 'replicas' | 'server' | 'relations' | 'shedFirst'>
  > = {},
): World {
  let now = START;
  let set = 0;
  const clock: Clock = {
    now: () => new Date(now),
    steady: () => now - set,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      now += ms;
      world.onTick((now - START) / 1000);
    },
  };
  const world: World = {
    snapshot: snapshot(),
    cluster: cluster(),
    pods: new Map(),
    bounds: [],
    guardrails: { quotas: [], containerDefaults: [], batches: [], services: [] },
    server: serverReadout(),
    relations: relationReadout(),
    report: auditReport(),
    cpu: null,
    history: [],
    statements: null,
    roleStatements: null,
    objectives: [],
    replicas: [],
    replicaSnapshots: new Map(),
    poolers: [],
    namespaces: ['analytics', 'shop'],
    manners: new Map(),
    settings: new Map(),
    shedFirst: [],
    faults: new Map(),
    heavyStatements: null,
    advice: null,
    sites: new Map(),
    builds: new Map(),
    queryStatistics: {
      serverStart: 'start',
      available: true,
      loaded: true,
      created: true,
      libraries: 'pg_stat_statements',
      allowed: true,
    },
    capture: captureReadout({ walLevel: 'replica' }),
    guard: {
      protectedRoles: ['firebreak'],
      protectedApplications: '^pg_dump',
      protectedAddresses: [],
      minimumAgeSeconds: 5,
    },
    setup: {
      peak: { window: '09:00-22:00', timeZone: 'Asia/Seoul' },
      hosts: { primary: ['orders-primary.db.svc'], replicas: ['orders-ro.db.svc'], others: [] },
    },
    changes: [],
    progress: [],
    auditedSince: [],
    seconds: () => (now - START) / 1000,
    setClock(seconds) {
      now += seconds * 1000;
      set += seconds * 1000;
    },
    onTick: () => {},
    onDeployment: () => {},
    context: (earlier = []) => ({
      ports: {
        databases: databasesOf(world),
        poolers: poolersOf(world),
        workloads: workloadsOf(world),
        metrics: metricsOf(world),
        advisor: {
          knows: () => world.advice !== null,
          async advise(_name, sql) {
            fail(world, 'advise');
            return world.advice?.get(sql) ?? [];
          },
        },
        audits: {
          async run(_name, _signal, since) {
            fail(world, 'audits');
            world.auditedSince.push(since !== undefined);
            return structuredClone(world.report);
          },
        },
      },
      clock,
      signal: new AbortController().signal,
      incident: { id: 'inc-1', database: 'orders', openedAt: new Date(START).toISOString() },
      earlier,
      guard: world.guard,
      setup: world.setup,
      progress: (progress) => void world.progress.push(progress),
    }),
    ...parts,
  };
  return world;
}

function databasesOf(world: World): Databases {
  const database = () => ({
    name: 'orders',
    service: null,
    cores: world.snapshot.cores,
    shedFirst: world.shedFirst,
    replicas: world.replicas.map(({ replica }) => replica),
  });
  const read = (server: string): Snapshot =>
    server === 'primary'
      ? world.snapshot
      : (world.replicaSnapshots.get(server) ?? snapshot({ server, inRecovery: true, groups: [] }));
  const find = (server: string, identity: Pick<Session, 'pid' | 'backendStart'>) => {
    const { sessions, idleSessions } = read(server);
    const isMeant = (one: Pick<Session, 'pid' | 'backendStart'>) => backendId(one) === backendId(identity);
    const idle = idleSessions.find(isMeant);
    return (
      sessions.find(isMeant) ?? (idle && { ...idle, xactStart: null, state: 'idle' as const, writes: false })
    );
  };
  return {
    ...remediesOf(world),
    list: () => [database()],
    get: () => database(),
    answers: () => !world.faults.has('snapshot'),
    async snapshot(_name, server) {
      fail(world, server === 'primary' ? 'snapshot' : `snapshot ${server}`);
      return structuredClone(read(server));
    },
    history: () => structuredClone(world.history),
    async statements(_name, _server, queryIds) {
      fail(world, 'statements');
      return world.statements?.filter(({ queryId }) => queryIds.includes(queryId)) ?? null;
    },
    async roleStatements() {
      fail(world, 'roleStatements');
      return world.roleStatements;
    },
    async replicaStatus(_name, replica) {
      fail(world, 'replicaStatus');
      const found = world.replicas.find((status) => status.replica === replica);
      if (found === undefined)
        throw new FirebreakError('database-error', `No replica ${replica}.`, { hint: '' });
      return found;
    },
    async signalBackend(_name, { server, identity, how }) {
      world.changes.push(`${how} ${identity.pid}${server === 'primary' ? '' : ` on ${server}`}`);
      fail(world, 'signalBackend');
      const session = find(server, identity);
      const at = pgTime(world.seconds());
      const base = {
        user: session?.user ?? null,
        applicationName: session?.applicationName ?? null,
        clientAddress: session?.clientAddress ?? null,
        state: session?.state ?? null,
        hadWrites: session?.writes ?? false,
        at,
      };
      if (session === undefined) return { ...base, verdict: 'gone', signalled: false };
      const manner = world.manners.get(session.pid);
      if (manner?.startsWith('refused:')) return { ...base, verdict: manner, signalled: false };
      const ends = manner === undefined || (manner === 'ignores cancel' && how === 'terminate');
      if (ends) removeSession(world, server, session);
      return { ...base, verdict: 'ok', signalled: true };
    },
    async resumeReplay(_name, replica, pause) {
      world.changes.push(`resume replay on ${replica}`);
      fail(world, 'resumeReplay');
      const status = world.replicas.find((one) => one.replica === replica);
      if (status?.startedAt !== pause.startedAt) return 'refused:server_changed';
      if (!status.replayPaused) return 'refused:not_paused';
      if (status.replayPosition !== pause.replayPosition) return 'refused:moved';
      world.replicas = world.replicas.map((one) =>
        one === status
          ? {
              ...one,
              replayPaused: false,
              replayPosition: (one.replayPosition ?? 0) + (one.replayBytes ?? 0),
              replayBytes: 0,
            }
          : one,
      );
      return 'ok';
    },
    resumeStatement: ({ replayPosition }) => `/* firebreak:resume-replay v1 */ ${replayPosition}`,
    signalStatement: (identity, how) => `/* firebreak:kill v2 */ ${how} ${identity.pid}`,
    async serverReadout() {
      fail(world, 'serverReadout');
      return structuredClone(world.server);
    },
    async relationReadout() {
      fail(world, 'relationReadout');
      return structuredClone(world.relations);
    },
    async readSetting(_name, setting) {
      fail(world, 'readSetting');
      return settingOf(world, setting);
    },
    async changeSetting(_name, { setting, serverStart, from, to }) {
      world.changes.push(`set ${settingKey(setting)} to ${to}`);
      fail(world, 'changeSetting');
      const now = settingOf(world, setting);
      if (now.serverStart !== serverStart) return 'server-changed';
      if (now.value !== from) return 'value-changed';
      world.settings.set(settingKey(setting), { ...now, value: to });
      return 'changed';
    },
    settingStatements: ({ setting, to }) => ({
      plain: `ALTER ${settingKey(setting)} ${to};`,
      guarded: `DO ${settingKey(setting)} ${to}`,
    }),
    async alive(_name, server, identities) {
      fail(world, 'alive');
      return identities.filter((identity) => find(server, identity)?.xactStart === identity.xactStart);
    },
  };
}

function settingOf(world: World, setting: Setting): SettingState {
  return {
    serverStart: world.snapshot.startedAt,
    found: true,
    value: null,
    superuser: false,
    allowed: true,
    grant: null,
    sessions: world.snapshot.groups
      .filter(
        ({ user, database }) =>
          user === (setting.role ?? user) && database === (setting.database ?? database),
      )
      .reduce((sum, { backends }) => sum + backends, 0),
    ...world.settings.get(settingKey(setting)),
  };
}

function removeSession(world: World, server: string, gone: Pick<Session, 'pid'>): void {
  const without = (read: Snapshot) => ({
    ...read,
    sessions: read.sessions.filter(({ pid }) => pid !== gone.pid),
    idleSessions: read.idleSessions.filter(({ pid }) => pid !== gone.pid),
  });
  const replica = world.replicaSnapshots.get(server);
  if (replica === undefined) world.snapshot = without(world.snapshot);
  else world.replicaSnapshots.set(server, without(replica));
}

function poolersOf(world: World): Poolers {
  const find = (name: string) => {
    const found = world.poolers.find((pooler) => pooler.name === name);
    if (found === undefined) throw new FirebreakError('pooler-error', `No PgBouncer ${name}.`, { hint: '' });
    return found;
  };
  const change = (name: string, changed: Partial<Pooler>) => {
    world.poolers = world.poolers.map((pooler) =>
      pooler.name === name ? { ...pooler, ...changed } : pooler,
    );
  };
  const commandText: Poolers['commandText'] = (command, pool) =>
    pool === null ? command : `${command} "${pool}"`;
  return {
    names: () => world.poolers.map(({ name }) => name),
    async read(_database, name) {
      fail(world, 'pooler');
      return structuredClone(find(name));
    },
    async pools(_database, name) {
      fail(world, 'pooler');
      return structuredClone(find(name));
    },
    async reconnect(_database, { pooler, pool }) {
      world.changes.push(`${pooler}: ${commandText('RECONNECT', pool)}`);
      fail(world, 'reconnect');
      const servers = find(pooler)
        .servers.filter((server) => server.database !== pool || server.state === 'active')
        .map((server) => (server.database === pool ? { ...server, closing: true } : server));
      change(pooler, { servers });
    },
    async resume(_database, { pooler, pool }) {
      world.changes.push(`${pooler}: ${commandText('RESUME', pool)}`);
      fail(world, 'resume');
      const { databases, state, pools } = find(pooler);
      const paused =
        pool === null ? state === 'paused' : databases.some((one) => one.name === pool && one.paused);
      if (!paused) return 'was-not-paused';
      change(pooler, {
        state: pool === null ? 'active' : state,
        databases: databases.map((one) => (one.name === pool ? { ...one, paused: false } : one)),
        pools: pools.map((one) =>
          pool === null || one.database === pool ? { ...one, clientsWaiting: 0, maxWaitSeconds: 0 } : one,
        ),
      });
      return 'resumed';
    },
    commandText,
    byHand: (_database, { pooler, pool }, command) =>
      `psql -h ${pooler} -d pgbouncer -c '${command === 'RECONNECT' || command === 'RESUME' ? commandText(command, pool) : command}'`,
  };
}

function workloadsOf(world: World): Workloads {
  const replaceCronJob = (changed: CronJob) => {
    world.cluster = {
      ...world.cluster,
      cronJobs: world.cluster.cronJobs.map((item) => (item.uid === changed.uid ? changed : item)),
    };
    world.guardrails = {
      ...world.guardrails,
      batches: world.guardrails.batches.map((list) => ({
        ...list,
        items: list.items?.map((item) => (item.uid === changed.uid ? { ...item, ...changed } : item)) ?? null,
      })),
    };
  };
  const change = (changed: Deployment) => {
    const deployments = world.cluster.deployments.map((item) => (item.uid === changed.uid ? changed : item));
    world.cluster = { ...world.cluster, deployments };
    world.onDeployment(changed);
  };
  const replaceJobs = (jobs: Job[]) => {
    world.cluster = { ...world.cluster, jobs };
  };
  return {
    namespaces: world.namespaces,
    answers: async () => !world.faults.has('cronJob'),
    async facts() {
      fail(world, 'facts');
      return structuredClone(world.cluster);
    },
    async guardrails() {
      fail(world, 'guardrails');
      return structuredClone(world.guardrails);
    },
    async cronJob(ref) {
      fail(world, 'cronJob');
      return world.cluster.cronJobs.find(({ uid }) => uid === ref.uid) ?? null;
    },
    async unfinishedJobs(ref) {
      fail(world, 'unfinishedJobs');
      return world.cluster.jobs.filter((job) => job.cronJob?.uid === ref.uid && !job.finished);
    },
    async batch(ref) {
      fail(world, 'batch');
      const all = world.guardrails.batches.flatMap(({ items }) => items ?? []);
      return structuredClone(all.find(({ uid }) => uid === ref.uid) ?? null);
    },
    routeText: ({ ref, variable, to }) => `PATCH cronjobs/${ref.name} ${variable} ${hostsText(to)}`,
    async routeCronJob({ ref, container, variable, from, to }, { dryRun }) {
      world.changes.push(`${dryRun ? 'dry-run' : 'route'} ${ref.name} ${variable} to ${hostsText(to)}`);
      fail(world, 'routeCronJob');
      if (dryRun) return;
      const routed = (items: BatchWorkload[]) =>
        items.map((item) =>
          item.uid !== ref.uid
            ? item
            : {
                ...item,
                containers: item.containers.map((one) =>
                  one.name !== container
                    ? one
                    : {
                        ...one,
                        databases: one.databases.map((told) =>
                          told.variable === variable && areSameHosts(told.hosts, from)
                            ? { ...told, hosts: [...to] }
                            : told,
                        ),
                      },
                ),
              },
        );
      world.guardrails = {
        ...world.guardrails,
        batches: world.guardrails.batches.map((list) => ({
          ...list,
          items: list.items && routed(list.items),
        })),
      };
    },
    async completedJobs(ref) {
      fail(world, 'completedJobs');
      return world.cluster.jobs.filter((job) => job.cronJob?.uid === ref.uid && job.completionTime !== null);
    },
    patchText: (ref, change) => `PATCH cronjobs/${ref.name} ${JSON.stringify(change)}`,
    async changeCronJob(cronJob, change, { dryRun }) {
      world.changes.push(`${dryRun ? 'dry-run' : 'patch'} ${cronJob.name} ${JSON.stringify(change)}`);
      fail(world, 'changeCronJob');
      const { suspend, ...rest } = change;
      const changed = { ...cronJob, ...rest, ...(suspend === undefined ? {} : { suspended: suspend }) };
      if (!dryRun) replaceCronJob(changed);
      return changed;
    },
    async podUse(namespace) {
      fail(world, 'podUse');
      return structuredClone(world.pods.get(namespace) ?? []);
    },
    async bound(ref) {
      fail(world, 'bound');
      const found = world.bounds.find((one) => boundName(one) === boundName(ref));
      if (found?.kind !== 'ResourceQuota') return found ?? null;
      const used = Object.fromEntries(Object.keys(found.spec.hard ?? {}).map((name) => [name, '0']));
      return { ...found, used };
    },
    boundText: (bound) => `POST ${boundName(bound)} ${JSON.stringify(bound.spec)}`,
    async createBound(bound, { dryRun }) {
      world.changes.push(`${dryRun ? 'dry-run' : 'make'} ${boundName(bound)}`);
      fail(world, 'createBound');
      const made = { ...bound, uid: `uid-${bound.kind}-${bound.namespace}`, used: {} };
      if (!dryRun) world.bounds = [...world.bounds, made];
      return made;
    },
    async deleteBound(ref) {
      world.changes.push(`delete ${boundName(ref)}`);
      fail(world, 'deleteBound');
      world.bounds = world.bounds.filter(({ uid }) => uid !== ref.uid);
    },
    async suspendJob(job, suspend) {
      world.changes.push(`${suspend ? 'suspend' : 'resume'} job ${job.name}`);
      fail(world, 'suspendJob');
      const changed = { ...job, suspended: suspend, active: suspend ? 0 : 1 };
      replaceJobs(world.cluster.jobs.map((item) => (item.uid === job.uid ? changed : item)));
      return changed;
    },
    async deleteJob(job) {
      world.changes.push(`delete job ${job.name}`);
      fail(world, 'deleteJob');
      replaceJobs(world.cluster.jobs.filter(({ uid }) => uid !== job.uid));
    },
    async deployment(ref) {
      fail(world, 'deployment');
      return world.cluster.deployments.find(({ uid }) => uid === ref.uid) ?? null;
    },
    async templateDifferences(now, then) {
      fail(world, 'templateDifferences');
      return [`Image: ${now.revisions[0]?.images.join()} becomes ${then.images.join()}.`];
    },
    scaleText: (ref, replicas) => `PATCH deployments/${ref.name}/scale ${replicas}`,
    rollBackText: (ref, revision) => `PATCH deployments/${ref.name} to ${revision.name}`,
    async scaleDeployment(deployment, replicas, { dryRun }) {
      world.changes.push(`${dryRun ? 'dry-run' : 'scale'} ${deployment.name} to ${replicas}`);
      fail(world, 'scaleDeployment');
      if (!dryRun) change({ ...deployment, replicas, ready: replicas });
    },
    async rollBackDeployment(deployment, revision, { dryRun }) {
      world.changes.push(`${dryRun ? 'dry-run' : 'roll back'} ${deployment.name} to ${revision.name}`);
      fail(world, 'rollBackDeployment');
      if (dryRun) return;
      const newest = Math.max(...deployment.revisions.map(({ number }) => number)) + 1;
      const others = deployment.revisions
        .filter(({ uid }) => uid !== revision.uid)
        .map((other) => ({ ...other, replicas: 0 }));
      const present = { ...revision, number: newest, replicas: deployment.replicas };
      change({ ...deployment, ready: deployment.replicas, revisions: [present, ...others] });
    },
  };
}

function metricsOf(world: World): Metrics {
  return {
    async cpu() {
      fail(world, 'cpu');
      return world.cpu;
    },
    cpuQuery: () => (world.cpu === null ? null : 'avg(rate(node_cpu_seconds_total[1m]))'),
    objectives: () => world.objectives.map(({ objective }) => objective),
    async measure(_database, { name }) {
      fail(world, 'measure');
      const value = world.objectives.find(({ objective }) => objective.name === name)?.value ?? null;
      return value === null ? null : { value, at: new Date(START).toISOString(), source: 'Prometheus' };
    },
  };
}

export function fail(world: Pick<World, 'faults'>, method: string): void {
  const fault = world.faults.get(method);
  if (fault !== undefined) throw fault;
}

/** A fault of an outside system. */
export function fault(
  code:
    | 'database-unreachable'
    | 'kubernetes-permission'
    | 'kubernetes-unreachable'
    | 'prometheus-unreachable',
  message: string,
): FirebreakError {
  return new FirebreakError(code, message, { hint: 'Look at it.', retryable: true });
}

/** Plans, executes and verifies one step as the engine does, and returns it as an earlier step. */
export async function runStep(
  world: World,
  kind: StepKind,
  options: {
    params?: Record<string, unknown>;
    select?: (plan: Plan) => Selection;
    earlier?: readonly EarlierStep[];
  } = {},
): Promise<
  EarlierStep & { outcome: NonNullable<EarlierStep['outcome']>; verdict: NonNullable<EarlierStep['verdict']> }
> {
  const ctx = world.context(options.earlier ?? []);
  const plan = await kind.plan(ctx, options.params ?? {});
  const selection = (options.select ?? proposedSelection)(plan);
  const outcome = await kind.execute(ctx, plan, selection);
  const verdict = await kind.verify(ctx, plan, selection, outcome);
  return {
    stepId: kind.kind.split('.')[1] ?? kind.kind,
    kind: kind.kind,
    plan,
    selection,
    begunAt: ctx.clock.now().toISOString(),
    outcome,
    verdict,
  };
}
