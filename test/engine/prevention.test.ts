import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { openState } from '../../src/adapters/state/open-state.ts';
import { cardHash } from '../../src/domain/card-hash.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { currentAttempt, type Incident } from '../../src/domain/incident.ts';
import { NO_POLICY } from '../../src/domain/intake-policy.ts';
import { createAdvance } from '../../src/engine/advance.ts';
import type { IncidentDesk } from '../../src/engine/desk.ts';
import { createDesk } from '../../src/engine/desk-service.ts';
import { createLedger } from '../../src/engine/ledger.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { createSettle } from '../../src/intake/settle.ts';
import type { State } from '../../src/ports/state.ts';
import { defineStep, type StepKind } from '../../src/steps/step-kind.ts';
import { quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { anna, makeAlert, makeOutcome, makeRunbook, makeStep, makeVerdict } from '../support/domain.ts';
import { job } from '../support/fixtures.ts';
import { createWorld, type World } from '../support/ports.ts';

let server: TestServer;
let url: string;
let state: State;
let world: World;
let engine: EngineOptions;
let desk: IncidentDesk;
/** Called before the second of the two changes that the remedy makes. */
let between: () => Promise<void>;
/** How often a remedy was planned. */
let plans: number;

/** A remedy that changes two things, one after the other. */
const remedy: StepKind = defineStep({
  kind: 'test.remedy',
  title: 'Remedy',
  description: 'Changes two things.',
  needs: ['workloads'],
  params: z.object({}),
  target: z.string(),
  data: z.null(),
  actionClass: 'workload',
  undo: { impossible: 'It is a test.' },
  async plan() {
    plans += 1;
    const targets = ['a', 'b'].map((id) => ({
      id,
      label: id,
      why: 'w',
      owner: null,
      facts: [],
      sql: null,
      selected: true,
      identity: id,
    }));
    const words = { summary: 'Change two things.', impact: 'None.', undo: 'None.', nothingToDo: null };
    return { ...words, warnings: [], targets, excluded: [], choices: [], commands: [] };
  },
  recheck: async () => [],
  async execute({ ports, signal }) {
    const jobs = [job('one'), job('two')];
    const done: { target: string; detail: string }[] = [];
    const skipped: { target: string; reason: string }[] = [];
    for (const one of jobs) {
      if (done.length > 0) await between();
      try {
        await ports.workloads.suspendJob(one, true, signal);
        done.push({ target: one.name, detail: 'changed' });
      } catch (error) {
        if (done.length === 0) throw error;
        skipped.push({ target: one.name, reason: (error as Error).message });
      }
    }
    return { ...makeOutcome({ done, skipped }), data: null };
  },
  verify: async () => makeVerdict({ milestone: 'recovered' }),
  reconcile: async () => ({ status: 'unfinished' }),
});

const never = new AbortController().signal;

beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

beforeEach(async () => {
  url = await server.createDatabase();
  state = await openState({ url, logger: quiet, instance: 'test' });
  world = createWorld();
  between = async () => undefined;
  plans = 0;
  const clock = { now: () => new Date(), steady: () => performance.now(), sleep: async () => undefined };
  const outage = makeRunbook([makeStep('diagnose', { kind: 'test.remedy' })]);
  const prevention = {
    ...makeRunbook([makeStep('remedy', { kind: 'test.remedy' })]),
    id: 'prevention',
    purpose: 'prevention' as const,
    alerts: [],
  };
  const { ports } = world.context();
  const many = Array.from({ length: 12 }, (_, index) => `orders-${index}`);
  const databases = ['orders', ...many].map((name) => ({ name, service: null, cores: null, replicas: [] }));
  engine = {
    state,
    ledger: createLedger(state, quiet),
    kinds: new Map([[remedy.kind, remedy]]),
    ports: { ...ports, databases: { ...ports.databases, list: () => databases } },
    runbooks: new Map([prevention, outage].map((runbook) => [runbook.id, runbook])),
    authority: { observe: [anna.id], workload: [anna.id], session: [anna.id], incident: [anna.id] },
    guard: { protectedRoles: [], protectedApplications: null, protectedAddresses: [], minimumAgeSeconds: 5 },
    clock: { ...clock, sleep: async (_ms, signal) => new Promise((_, reject) => wait(signal, reject)) },
    logger: quiet,
    instance: 'test',
  };
  desk = createDesk(engine);
  return async () => state.stop();
});

function wait(signal: AbortSignal, reject: (reason: unknown) => void): void {
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
}

/** Starts a prevention run; its id. */
async function prevent(database = 'orders'): Promise<string> {
  const opened = await desk.open({ database, runbook: null, by: anna, purpose: 'prevention' });
  if (opened.status === 'refused') throw new Error(opened.message);
  await advance(opened.incidentId);
  return opened.incidentId;
}

/** Opens an incident as an alert does; its id. */
async function alert(database = 'orders'): Promise<string> {
  const labels = { alertname: 'ConnectionPoolExhausted', database };
  await state.alerts.store([makeAlert({ labels, fingerprint: database })]);
  const databases = engine.ports.databases.list();
  const deciding = { runbooks: engine.runbooks, databases, policy: NO_POLICY };
  await createSettle({ state, ledger: engine.ledger, ...deciding })('alerts', never);
  const open = await state.incidents.findOpen(`database:${database}`);
  if (open === null) throw new Error('The alert opened no incident.');
  return open.id;
}

async function advance(id: string): Promise<void> {
  await createAdvance(engine)(id, never, never);
}

async function incident(id: string): Promise<Incident> {
  const view = await desk.view(id);
  if (view === null) throw new Error('no incident');
  return view.incident;
}

async function run(id: string) {
  const current = currentAttempt(await incident(id));
  const of = { incidentId: id, step: current?.step.id ?? '', attempt: current?.attempt ?? 1 };
  const hash = current === undefined ? null : cardHash(current);
  const selection = { targets: ['a', 'b'], choices: {} };
  return await desk.answer({ ...of, choice: 'run', hash, selection, to: null, by: anna });
}

async function types(id: string): Promise<DomainEvent['type'][]> {
  return (await state.journal.read(id)).map(({ event }) => event.type);
}

const HELD = /^INC-\d+ is open on orders: no remedy is applied until it is closed\./;

it('applies a remedy on approval, and nothing of it is told as an outage that recovered', async () => {
  const id = await prevent();
  expect(id).toMatch(/^PREV-\d+$/);
  expect(world.changes).toEqual([]);
  expect(await run(id)).toEqual({ status: 'accepted' });
  await advance(id);
  expect(world.changes).toHaveLength(2);
  expect(await incident(id)).toMatchObject({ purpose: 'prevention', status: 'closed', recoveredAt: null });
  expect(await types(id)).not.toContain('incident.recovered');
  expect(await desk.writePostMortem(id, anna)).toMatchObject({ status: 'refused', reason: 'not-possible' });
});

it('is one for each database, and what names no runbook opens an incident', async () => {
  const id = await prevent();
  expect(await desk.open({ database: 'orders', runbook: 'prevention', by: anna })).toEqual({
    status: 'already-open',
    incidentId: id,
  });
  const opened = await desk.open({ database: 'orders', runbook: null, by: anna });
  expect(opened).toMatchObject({ status: 'opened', incidentId: expect.stringMatching(/^INC-/) });
});

it('an alert opens its own incident beside it; until that is closed a click is refused, and the card waits', async () => {
  const id = await prevent();
  const open = await alert();
  expect(await incident(open)).toMatchObject({ purpose: 'incident', alerts: [{}] });
  expect((await incident(id)).alerts).toEqual([]);
  expect(await run(id)).toMatchObject({ status: 'refused', message: expect.stringMatching(HELD) });
  await advance(id);
  expect(world.changes).toEqual([]);
  expect(currentAttempt(await incident(id))?.status).toBe('awaiting');

  await desk.close(open, anna, 'Over.');
  expect(await run(id)).toEqual({ status: 'accepted' });
  await advance(id);
  expect(world.changes).toHaveLength(2);
});

it('is not started while an incident is open', async () => {
  await alert();
  const asked = { database: 'orders', runbook: null, by: anna, purpose: 'prevention' as const };
  expect(await desk.open(asked)).toMatchObject({
    status: 'refused',
    message: expect.stringMatching(HELD),
  });
});

it('an approval that an incident overtook is void: asked again when it is closed, and not planned before', async () => {
  const id = await prevent();
  await run(id);
  const open = await alert();
  await advance(id);
  await advance(id);
  expect(world.changes).toEqual([]);
  expect(plans).toBe(1);
  expect(await types(id)).not.toContain('effect.intended');
  const [row] = (await state.incidents.listOpen()).filter((one) => one.id === id);
  expect(row).toBeDefined();

  await desk.close(open, anna, 'Over.');
  await advance(id);
  const current = currentAttempt(await incident(id));
  expect(current).toMatchObject({ status: 'awaiting', decision: null });
  expect(current?.differs.join(' ')).toMatch(HELD);
});

it('an incident that is opened in the middle of a remedy stops what is left of it, and that is told', async () => {
  const id = await prevent();
  between = async () => void (await alert());
  await run(id);
  await advance(id);
  expect(world.changes).toHaveLength(1);
  const [attempt] = (await incident(id)).runs.flatMap(({ attempts }) => attempts);
  expect(attempt?.outcome?.done).toHaveLength(1);
  expect(attempt?.outcome?.skipped).toMatchObject([{ reason: expect.stringMatching(HELD) }]);
});

it('what a crash left half done is looked at and not gone on with while an incident is open', async () => {
  const id = await prevent();
  await run(id);
  const { step, attempt } = currentAttempt(await incident(id)) ?? { step: { id: '' }, attempt: 1 };
  await engine.ledger.change(id, () => ({
    command: { type: 'intend', step: step.id, attempt, instance: 'dead', drawn: 1, intents: 0 },
  }));
  await alert();
  await advance(id);
  expect(world.changes).toEqual([]);
  expect(currentAttempt(await incident(id))).toMatchObject({
    status: 'attention',
    fault: { message: expect.stringContaining('is open on orders') },
  });
});

it('an incident that is opened right after the last look at what is open is not overtaken', async () => {
  const id = await prevent();
  await run(id);
  let looks = 0;
  const incidents = {
    ...state.incidents,
    findOpen: async (key: string) => {
      const found = await state.incidents.findOpen(key);
      looks += 1;
      // The first look is the re-check, the second one that of the intent.
      if (looks === 2) await alert();
      return found;
    },
  };
  engine = { ...engine, state: { ...state, incidents } };
  await advance(id);
  expect(looks).toBeGreaterThan(2);
  expect(await types(id)).not.toContain('effect.intended');
  expect(world.changes).toEqual([]);
});

it('whichever comes first in the same moment, no remedy begins after the incident was opened', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `orders-${index}`);
  const ids = await Promise.all(names.map(async (name) => prevent(name)));
  for (const id of ids) await run(id);
  const opened = await Promise.all(
    names.map(async (name, index) => {
      const [open] = await Promise.all([alert(name), advance(ids[index] ?? '')]);
      return open;
    }),
  );
  for (const [index, id] of ids.entries()) {
    const begun = (await state.journal.read(id)).filter(({ event }) => event.type === 'effect.intended');
    const [opening] = await state.journal.read(opened[index] ?? '');
    for (const { position } of begun) expect(position).toBeLessThan(opening?.position ?? 0);
  }
});
