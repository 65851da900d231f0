import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noWorkloads } from '../../src/adapters/kubernetes/no-workloads.ts';
import { createPoolers } from '../../src/adapters/pgbouncer/poolers.ts';
import { systemClock } from '../../src/clock.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { Purpose } from '../../src/domain/runbook.ts';
import type { WatchdogPolicy } from '../../src/domain/watchdog.ts';
import { createLedger } from '../../src/engine/ledger.ts';
import { openIncident } from '../../src/engine/opening.ts';
import type { State } from '../../src/ports/state.ts';
import { watchdogMessages } from '../../src/slack/blocks/watchdog-messages.ts';
import { keepWatchdog } from '../../src/watchdog/keep.ts';
import { createWatchdog } from '../../src/watchdog/switches.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import {
  type AppServer,
  connect,
  run,
  secret,
  sessionOf,
  silent,
  startAppServer,
  startDatabases,
} from '../adapters/postgres/support.ts';
import { eventually, opened, quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { anna, ben, makeRunbook, makeStep } from '../support/domain.ts';
import { createWorld } from '../support/ports.ts';

/** Busy for much longer than the test, and cancelled within milliseconds. */
const HEAVY =
  'select count(*) from generate_series(1, 1000) a, generate_series(1, 1000) b, generate_series(1, 20000) c';

const guard = {
  protectedRoles: ['payments'],
  protectedApplications: null,
  protectedAddresses: [],
  minimumAgeSeconds: 1,
};

let server: TestServer;
let app: AppServer;
let databases: Awaited<ReturnType<typeof startDatabases>>;
beforeAll(async () => {
  [server, app] = await Promise.all([startServer(), startAppServer()]);
  // Two busy sessions on half a core are load enough.
  databases = await startDatabases({ url: secret(app.url('bot')), cores: 0.5 }, { guard });
});
afterAll(async () => {
  await databases.stop();
  await app[Symbol.asyncDispose]();
  await server.end();
});

function policyOf(change: Partial<WatchdogPolicy['terms']> = {}): WatchdogPolicy {
  const terms = {
    database: 'shop',
    roles: ['app', 'payments'],
    applications: [],
    olderThanSeconds: 2,
    load: { onCpuPerCore: 1, poolWaiting: null },
    window: null,
    most: 3,
    ...change,
  };
  return { name: 'reports', mode: 'kill', terms };
}

interface Parts {
  readonly policy?: WatchdogPolicy;
  readonly replicas?: number;
  /** Whether the terms were tried by reporting before. */
  readonly isRehearsed?: boolean;
  /** What its runbook is for. */
  readonly purpose?: Purpose;
}

/** Replicas on one state that are ready to watch the real server. */
async function scene({
  policy = policyOf(),
  replicas = 1,
  isRehearsed = true,
  purpose = 'incident',
}: Parts = {}) {
  const url = await server.createDatabase();
  const states: State[] = [];
  for (let index = 0; index < replicas; index += 1) states.push(await opened(url));
  const [state] = states as [State];
  const runbook = { ...makeRunbook([makeStep('diagnose')]), purpose };
  const ports = {
    ...createWorld().context().ports,
    databases,
    poolers: createPoolers([], { logger: silent }),
    workloads: noWorkloads(),
  };
  const keep = (own: State, watched: WatchdogPolicy) =>
    keepWatchdog({
      policies: [watched],
      state: own,
      ledger: createLedger(own, quiet),
      ports,
      runbooks: new Map([[runbook.id, runbook]]),
      guard,
      clock: systemClock,
      logger: quiet,
      instance: 'test',
      everyMs: 150,
      rehearsalMs: 0,
    });
  const events = async (): Promise<DomainEvent[]> =>
    (await state.journal.read('watchdog')).map(({ event }) => event);
  const happened = async (type: DomainEvent['type'], count = 1) => {
    await eventually(
      `${count} ${type}`,
      async () => (await events()).filter((event) => event.type === type).length >= count,
    );
    return (await events()).filter((event) => event.type === type);
  };
  if (isRehearsed) {
    const by = { kind: 'policy', id: 'watchdog:reports', name: 'Watchdog policy reports' } as const;
    const { name, terms } = policy;
    await state.journal.append(
      'watchdog',
      0,
      [{ type: 'watchdog.enabled', policy: name, mode: 'report', terms, by }],
      { work: [] },
    );
  }
  return {
    state,
    states,
    runbook,
    events,
    happened,
    people: createWatchdog({
      policies: [policy],
      state,
      authority: { observe: [], workload: [], session: [anna.id], incident: [] },
    }),
    start: (seen: (own: State) => State = (own) => own) => states.map((own) => keep(seen(own), policy)),
  };
}

/** A session that is busy, and how its query ends. */
async function busy(stack: AsyncDisposableStack, user: string, name: string) {
  const client: pg.Client = stack.use(await connect(app.url(user), name));
  const [row] = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
  // A query outlives its client.
  const superuser = app.server().url({ database: 'appdb' });
  stack.defer(async () => void (await query(superuser, `select pg_terminate_backend(${row?.pid}, 5000)`)));
  let end: string | null = null;
  const ended = run(client, HEAVY).then((how) => {
    end = how;
    return how;
  });
  await sessionOf(databases, name, ({ state }) => state === 'active');
  return { ended, end: () => end, client };
}

async function olderThan(name: string, seconds: number): Promise<void> {
  await sessionOf(databases, name, ({ stateSeconds }) => (stateSeconds ?? 0) > seconds);
}

test('two replicas end a long query of a role on the list once, and neither a protected nor an innocent one', {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { start, happened, events } = await scene({ replicas: 2 });
  const culprit = await busy(stack, 'app', 'report');
  const spared = await busy(stack, 'payments', 'payments');
  const innocent = await busy(stack, 'nobody_special', 'innocent');
  for (const one of start()) stack.use(one);
  const [end] = await happened('watchdog.ended');
  expect(await culprit.ended).toBe('57014');
  expect(end).toMatchObject({ policy: 'reports', results: [{ status: 'ended', detail: 'Cancelled.' }] });
  const [intent] = await happened('watchdog.intended');
  expect(intent).toMatchObject({
    by: { kind: 'policy', name: 'Watchdog policy reports' },
    targets: [{ user: 'app', application: 'report', generation: 0 }],
  });
  // The load of the other two goes on for many looks, and they are older than the policy says.
  await olderThan('innocent', 4);
  expect([spared.end(), innocent.end()]).toEqual([null, null]);
  expect((await events()).filter(({ type }) => type === 'watchdog.intended')).toHaveLength(1);
});

test('terms that were never tried by reporting only report, once for each query, and end nothing', {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { start, happened, events } = await scene({ isRehearsed: false });
  const culprit = await busy(stack, 'app', 'report');
  await busy(stack, 'nobody_special', 'innocent');
  for (const one of start()) stack.use(one);
  const [reported] = await happened('watchdog.reported');
  // Two are busy on half a core, and perhaps whoever looks in this moment.
  expect(reported).toMatchObject({ targets: [{ user: 'app' }], load: { onCpuPerCore: expect.any(Number) } });
  await olderThan('report', 5);
  expect(culprit.end()).toBeNull();
  const types = (await events()).map(({ type }) => type);
  expect(types).toEqual(['watchdog.enabled', 'watchdog.reported']);
});

test('a stop counts from the next look on, only of somebody who may, and until it is started again', {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { start, happened, people, events } = await scene();
  expect(await people.switch({ policy: 'reports', to: 'stopped', by: ben })).toContain('You may not decide');
  expect(await people.switch({ policy: 'reports', to: 'stopped', by: ben })).toContain('You may not decide');
  expect(await people.switch({ policy: 'reports', to: 'stopped', by: anna, click: 'one' })).toBeNull();
  expect(await people.switch({ policy: 'reports', to: 'stopped', by: anna, click: 'one' })).toBeNull();
  expect(await happened('watchdog.refused')).toHaveLength(1);
  const culprit = await busy(stack, 'app', 'report');
  await busy(stack, 'nobody_special', 'innocent');
  for (const one of start()) stack.use(one);
  await happened('watchdog.enabled', 2);
  await olderThan('report', 4);
  expect(culprit.end()).toBeNull();
  expect((await people.policies())[0]?.record.stopped?.by).toEqual(anna);
  expect(await people.switch({ policy: 'reports', to: 'running', by: anna, click: 'two' })).toBeNull();
  expect(await culprit.ended).toBe('57014');
  await happened('watchdog.ended');
  const switched = (await events()).filter(({ type }) => type === 'watchdog.switched');
  expect(switched).toMatchObject([
    { to: 'stopped', by: anna },
    { to: 'running', by: anna },
  ]);
});

test('while an incident of the database is open it does nothing', { timeout: 60_000 }, async () => {
  await using stack = new AsyncDisposableStack();
  const { start, state, runbook, happened, people } = await scene();
  const ledger = createLedger(state, quiet);
  const opening = { database: 'shop', service: null, runbook, by: anna, alert: null };
  const id = await openIncident(state, ledger, opening);
  const culprit = await busy(stack, 'app', 'report');
  await busy(stack, 'nobody_special', 'innocent');
  for (const one of start()) stack.use(one);
  await happened('watchdog.enabled', 2);
  await olderThan('report', 4);
  expect(culprit.end()).toBeNull();
  expect((await people.policies())[0]?.incident).toBe(id);
});

test('nobody is ended when an incident is opened between the decision and its intent', {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { start, state, runbook, events } = await scene();
  const ledger = createLedger(state, quiet);
  const opening = { database: 'shop', service: null, runbook, by: anna, alert: null };
  const culprit = await busy(stack, 'app', 'report');
  await busy(stack, 'nobody_special', 'innocent');
  const met = Promise.withResolvers<void>();
  const inBetween = (own: State): State => ({
    ...own,
    journal: {
      ...own.journal,
      async appendAll(appends) {
        const isIntent = appends.some((one) => one.events.some(({ type }) => type === 'watchdog.intended'));
        if (isIntent) await openIncident(state, ledger, opening);
        const result = await own.journal.appendAll(appends);
        if (isIntent) met.resolve();
        return result;
      },
    },
  });
  for (const one of start(inBetween)) stack.use(one);
  await met.promise;
  expect((await events()).map(({ type }) => type)).not.toContain('watchdog.intended');
  expect(culprit.end()).toBeNull();
});

test('an end that nobody wrote down is looked for first; who still runs is ended once, who is gone is not looked for', {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { start, state, happened } = await scene();
  const culprit = await busy(stack, 'app', 'report');
  await busy(stack, 'nobody_special', 'innocent');
  const found = await sessionOf(databases, 'report');
  const target = {
    session: {
      serverStart: found.serverStart,
      pid: found.pid,
      backendStart: found.backendStart,
      xactStart: found.xactStart,
      queryStart: found.queryStart,
    },
    user: 'app',
    application: 'report',
    clientAddress: null,
    queryId: null,
    sql: found.sql,
    seconds: 3,
    owner: null,
    generation: 0,
  };
  const gone = { ...target, session: { ...target.session, pid: 1, backendStart: '2020-01-01 00:00:00+00' } };
  const serverAt = (await databases.snapshot('shop', 'primary', new AbortController().signal)).at;
  await state.journal.append(
    'watchdog',
    1,
    [
      {
        type: 'watchdog.intended',
        policy: 'reports',
        id: '2',
        serverAt,
        targets: [target, gone],
        load: { onCpuPerCore: 4, poolWaiting: null },
        warnings: [],
        by: { kind: 'policy', id: 'watchdog:reports', name: 'Watchdog policy reports' },
        instance: 'one that died',
      },
    ],
    { work: [] },
  );
  for (const one of start()) stack.use(one);
  const [settled, ended] = await happened('watchdog.ended', 2);
  expect(settled).toMatchObject({
    id: '2',
    results: [
      { pid: found.pid, status: 'interrupted' },
      { pid: 1, status: 'ended' },
    ],
  });
  expect(ended).toMatchObject({ results: [{ pid: found.pid, status: 'ended' }] });
  expect(await culprit.ended).toBe('57014');
});

test('of whom another server would have to be asked it is not said that they ended', {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { start, state, happened } = await scene();
  const target = {
    session: {
      serverStart: '2020-01-01 00:00:00+00',
      pid: 1,
      backendStart: '2020-01-01 00:00:01+00',
      xactStart: '2020-01-01 00:00:02+00',
      queryStart: '2020-01-01 00:00:02+00',
    },
    user: 'app',
    application: 'report',
    clientAddress: null,
    queryId: null,
    sql: 'select ?',
    seconds: 3,
    owner: null,
    generation: 0,
  };
  const intended: DomainEvent = {
    type: 'watchdog.intended',
    policy: 'reports',
    id: '2',
    serverAt: '2020-01-01 00:00:03+00',
    targets: [target],
    load: { onCpuPerCore: 4, poolWaiting: null },
    warnings: [],
    by: { kind: 'policy', id: 'watchdog:reports', name: 'Watchdog policy reports' },
    instance: 'one that died',
  };
  await state.journal.append('watchdog', 1, [intended], { work: [] });
  for (const one of start()) stack.use(one);
  const [settled] = await happened('watchdog.ended');
  expect(settled).toMatchObject({
    results: [{ pid: 1, status: 'interrupted', detail: expect.stringContaining('another server') }],
  });
});

test('a culprit that came back twice is not ended again: the policy stops itself, and an incident is opened', {
  timeout: 90_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { start, happened, events, state } = await scene({ policy: policyOf({ most: 5 }) });
  await busy(stack, 'nobody_special', 'innocent');
  for (const one of start()) stack.use(one);
  for (const _ of [1, 2]) {
    const culprit = await busy(stack, 'app', 'report');
    expect(await culprit.ended).toBe('57014');
  }
  const third = await busy(stack, 'app', 'report');
  const [stopped] = await happened('watchdog.switched');
  const [open] = await state.incidents.listOpen();
  expect(stopped).toMatchObject({ to: 'stopped', by: { kind: 'policy' }, incident: open?.id });
  expect(open).toMatchObject({
    database: 'shop',
    title: 'report came back twice after watchdog policy reports had ended it',
  });
  await olderThan('report', 4);
  expect(third.end()).toBeNull();
  const generations = (await events()).flatMap((event) =>
    event.type === 'watchdog.intended' ? event.targets.map(({ generation }) => generation) : [],
  );
  expect(generations).toEqual([0, 1]);
});

test('without a runbook for an incident a policy whose culprit comes back stops itself too, and says why', {
  timeout: 90_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const policy = policyOf({ most: 5 });
  const { start, happened, state, people } = await scene({ policy, purpose: 'prevention' });
  await busy(stack, 'nobody_special', 'innocent');
  for (const one of start()) stack.use(one);
  for (const _ of [1, 2]) expect(await (await busy(stack, 'app', 'report')).ended).toBe('57014');
  await busy(stack, 'app', 'report');
  const [stopped] = await happened('watchdog.switched');
  const reason = expect.stringContaining('no incident was opened, as there is no runbook for one');
  expect(stopped).toMatchObject({ to: 'stopped', incident: null, reason });
  expect(await state.incidents.listOpen()).toEqual([]);
  const told = watchdogMessages(await people.policies(), { now: new Date(), timeZone: 'UTC' });
  expect(told.at(-1)?.words).toContain('no incident was opened');
});
