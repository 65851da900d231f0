import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { openState } from '../../src/adapters/state/open-state.ts';
import type { Authority } from '../../src/domain/authority.ts';
import { cardHash } from '../../src/domain/card-hash.ts';
import { FirebreakError } from '../../src/domain/errors.ts';
import { currentAttempt, type Incident } from '../../src/domain/incident.ts';
import { createAdvance } from '../../src/engine/advance.ts';
import type { Answer, IncidentDesk } from '../../src/engine/desk.ts';
import { createDesk } from '../../src/engine/desk-service.ts';
import { createLedger } from '../../src/engine/ledger.ts';
import { keepLookout } from '../../src/engine/lookout.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import type { State } from '../../src/ports/state.ts';
import type { Workloads } from '../../src/ports/workloads.ts';
import { Drifted, defineStep, type Reconciliation, type StepKind } from '../../src/steps/step-kind.ts';
import {
  endSessionUnheard,
  eventually,
  query,
  quiet,
  startServer,
  type TestServer,
} from '../adapters/state/support.ts';
import { anna, ben, makeOutcome, makeRunbook, makeStep, makeVerdict } from '../support/domain.ts';
import { job } from '../support/fixtures.ts';
import { createWorld, type World } from '../support/ports.ts';

/** What the step kinds of the tests do, set by each test. */
interface Script {
  targets: string[];
  recheck: () => string[];
  execute: (signal: AbortSignal, workloads: Workloads) => Promise<void>;
  reconcile: () => Reconciliation<null>;
  verdict: (signal: AbortSignal) => Promise<'passed' | 'failed'>;
}

let server: TestServer;
let state: State;
let script: Script;
let executed: string[][];
/** What the clock of this machine says. */
let now: number;
/** Milliseconds by which time has moved on for the state. */
let later: number;
let engine: EngineOptions;
let desk: IncidentDesk;
let url: string;
let world: World;

/** A step kind that changes something, as scripted. */
function acting(kind: `${string}.${string}`): StepKind {
  return defineStep({
    kind,
    title: 'Act',
    description: 'Acts.',
    needs: ['workloads'],
    params: z.object({}),
    target: z.string(),
    data: z.null(),
    actionClass: 'session',
    undo: { impossible: 'It is a test.' },
    plan: async () => ({
      summary: 'Act.',
      impact: 'None.',
      undo: 'None.',
      warnings: [],
      targets: script.targets.map((id) => ({
        id,
        label: id,
        why: 'w',
        owner: null,
        facts: [],
        sql: null,
        selected: true,
        identity: id,
      })),
      excluded: [],
      choices: [],
      commands: [],
      nothingToDo: null,
    }),
    recheck: async () => script.recheck(),
    execute: async (ctx, { targets }) => {
      executed.push(targets.map(({ id }) => id));
      await script.execute(ctx.signal, ctx.ports.workloads);
      return { ...makeOutcome(), data: null };
    },
    verify: async (ctx) => makeVerdict({ status: await script.verdict(ctx.signal), goBackTo: null }),
    reconcile: async () => script.reconcile(),
  });
}

const authority: Authority = {
  observe: [anna.id],
  workload: [anna.id],
  session: [anna.id, ben.id],
  incident: [anna.id],
};

beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

beforeEach(async () => {
  url = await server.createDatabase();
  const opened = await openState({ url, logger: quiet, instance: 'test' });
  state = { ...opened, now: async () => new Date((await opened.now()).getTime() + later) };
  later = 0;
  executed = [];
  world = createWorld();
  now = Date.now();
  script = {
    targets: ['a', 'b'],
    recheck: () => [],
    execute: async () => undefined,
    reconcile: () => ({ status: 'unfinished' }),
    verdict: async () => 'passed',
  };
  const kinds = new Map(['test.one', 'test.two'].map((kind) => [kind, acting(kind as 'test.one')]));
  const runbook = makeRunbook([makeStep('one'), makeStep('two')]);
  engine = {
    state,
    ledger: createLedger(state, quiet),
    kinds,
    ports: world.context().ports,
    runbooks: new Map([[runbook.id, runbook]]),
    authority,
    guard: { protectedRoles: [], protectedApplications: null, protectedAddresses: [], minimumAgeSeconds: 5 },
    clock: {
      now: () => new Date(now),
      steady: () => performance.now(),
      sleep: async (_ms, signal) =>
        new Promise((resolve, reject) => {
          signal.throwIfAborted();
          const timer = setTimeout(resolve, 20);
          const stop = () => {
            clearTimeout(timer);
            reject(signal.reason);
          };
          signal.addEventListener('abort', stop, { once: true });
        }),
    },
    logger: quiet,
    instance: 'test',
  };
  desk = createDesk(engine);
  return async () => state.stop();
});

const never = new AbortController().signal;

async function advance(signal = never, stopping = never) {
  return await createAdvance(engine)('INC-1', signal, stopping);
}

async function opened(): Promise<void> {
  expect(await desk.open({ database: 'orders', runbook: null, by: anna })).toMatchObject({
    incidentId: 'INC-1',
  });
  await advance();
}

async function incident(): Promise<Incident> {
  const view = await desk.view('INC-1');
  if (view === null) throw new Error('no incident');
  return view.incident;
}

async function answer(change: Partial<Answer> = {}) {
  const current = currentAttempt(await incident());
  return await desk.answer({
    incidentId: 'INC-1',
    step: current?.step.id ?? 'none',
    attempt: current?.attempt ?? 1,
    choice: 'run',
    hash: current === undefined ? null : cardHash(current),
    selection: { targets: ['a'], choices: {} },
    to: null,
    by: anna,
    ...change,
  });
}

async function types(): Promise<string[]> {
  return (await state.journal.read('INC-1')).map(({ event }) => event.type);
}

it('asks before each step, acts on what was selected, proves it, and closes at the end', async () => {
  await opened();
  expect(executed).toEqual([]);
  expect(await answer()).toEqual({ status: 'accepted' });
  await advance();
  expect(executed).toEqual([['a']]);
  await answer({ selection: { targets: ['a', 'b'], choices: {} } });
  await advance();
  expect(executed).toEqual([['a'], ['a', 'b']]);
  expect((await incident()).status).toBe('closed');
  expect(await state.journal.verify()).toMatchObject({ chainOk: true });
});

it('acts once however many people click at once', async () => {
  await opened();
  const current = currentAttempt(await incident());
  const clicks = await Promise.all(
    Array.from({ length: 12 }, async (_, index) =>
      answer({ by: index % 2 === 0 ? anna : ben, hash: current?.hash ?? null }),
    ),
  );
  await Promise.all([advance(), advance(), advance()]);
  expect(clicks.filter(({ status }) => status === 'accepted')).toHaveLength(1);
  expect(clicks.find(({ status }) => status === 'refused')).toMatchObject({
    reason: 'already-decided',
    message: expect.stringMatching(/^(Anna|Ben|You) decided \(Run\)/),
  });
  expect(executed).toHaveLength(1);
});

it('does nothing on a click on an old plan', async () => {
  await opened();
  expect(await answer({ hash: 'old' })).toMatchObject({ status: 'refused', reason: 'stale-plan' });
  await advance();
  expect(executed).toEqual([]);
});

it('refuses whom the list does not name, says who may, and journals the refusal', async () => {
  await opened();
  const stranger = { ...anna, id: 'U0STRANGER', name: 'Stranger' };
  const reply = await answer({ by: stranger });
  expect(reply).toMatchObject({
    status: 'refused',
    reason: 'not-allowed',
    message: expect.stringContaining('<@U0BEN>'),
  });
  await advance();
  expect(executed).toEqual([]);
  expect(await types()).toContain('decision.refused');
});

it('takes an empty list as nobody', async () => {
  await opened();
  engine = { ...engine, authority: { observe: [], workload: [], session: [], incident: [] } };
  desk = createDesk(engine);
  expect(await answer()).toMatchObject({ status: 'refused', reason: 'not-allowed' });
});

it('asks again with what differs when the world changed between decision and act', async () => {
  await opened();
  await answer();
  script.recheck = () => ['The CronJob was replaced.'];
  script.targets = ['c'];
  await advance();
  expect(executed).toEqual([]);
  const current = currentAttempt(await incident());
  expect(current).toMatchObject({ status: 'awaiting', decision: null });
  expect(current?.differs).toEqual(
    expect.arrayContaining(['The CronJob was replaced.', 'New target: c', 'No longer there: a']),
  );
});

it('asks again when the act itself finds the world changed and has changed nothing', async () => {
  await opened();
  await answer();
  script.execute = async () => {
    throw new Drifted(['The schedule changed.']);
  };
  await advance();
  expect(currentAttempt(await incident())).toMatchObject({
    status: 'awaiting',
    decision: null,
    intents: 0,
    fault: null,
    differs: ['The schedule changed.'],
  });
  script.execute = async () => undefined;
  await answer();
  await advance();
  expect(executed).toHaveLength(2);
  expect(await types()).toContain('step.verified');
});

it('says that nothing was done when the world cannot be looked at again, with what the fault knows', async () => {
  await opened();
  await answer();
  const situation = { known: [{ name: 'Last reading', value: '14:38:05' }], unknown: ['Who it is.'] };
  script.recheck = () => {
    throw new FirebreakError('database-unreachable', 'It is away.', { hint: 'Wait.', situation });
  };
  await advance();
  expect(executed).toEqual([]);
  expect(await types()).not.toContain('effect.intended');
  expect(currentAttempt(await incident())).toMatchObject({
    status: 'attention',
    fault: { phase: 'recheck', code: 'database-unreachable', situation },
  });
  script.recheck = () => [];
  expect(await answer({ choice: 'retry' })).toEqual({ status: 'accepted' });
  await advance();
  expect(await answer()).toEqual({ status: 'accepted' });
  await advance();
  expect(executed).toHaveLength(1);
});

it('notices when what stopped a step answers again and says so, but never acts by itself', async () => {
  await opened();
  await answer();
  script.recheck = () => {
    throw new FirebreakError('database-unreachable', 'It is away.', { hint: 'Wait.' });
  };
  await advance();
  let isBack = false;
  let asked = 0;
  const databases = {
    ...engine.ports.databases,
    answers: () => {
      asked += 1;
      return isBack;
    },
  };
  await using _lookout = keepLookout({ ...engine, ports: { ...engine.ports, databases } });
  await expect.poll(() => asked).toBeGreaterThan(1);
  expect((await desk.view('INC-1'))?.progress).toBeNull();
  isBack = true;
  await expect
    .poll(async () => (await desk.view('INC-1'))?.progress)
    .toMatchObject({
      step: 'one',
      attempt: 1,
      progress: { afterwards: true, text: expect.stringContaining('it answers again') },
    });
  expect(currentAttempt(await incident())?.status).toBe('attention');
  expect(executed).toEqual([]);
});

it('does nothing while its intent cannot be written down, and goes on by itself when it can', async () => {
  await opened();
  await answer();
  await query(
    url,
    `create function fail() returns trigger language plpgsql as
       $$ begin raise exception 'injected' using errcode = '53100'; end $$;
     create trigger fail before insert on firebreak.journal
       for each row when (new.type = 'effect.intended') execute function fail()`,
  );
  await expect(advance()).rejects.toMatchObject({ code: 'state-unavailable' });
  expect(executed).toEqual([]);
  expect(currentAttempt(await incident())).toMatchObject({ status: 'approved', fault: null });
  await query(url, 'drop function fail() cascade');
  await advance();
  expect(executed).toEqual([['a']]);
});

it('does not act on an approval that has become old, as after a long outage of Firebreak', async () => {
  await opened();
  await answer();
  later += 60 * 60_000;
  await advance();
  expect(executed).toEqual([]);
  expect(currentAttempt(await incident())?.status).toBe('awaiting');
});

it('makes a new plan when a click comes after the plan expired', async () => {
  await opened();
  later += 6 * 60_000;
  expect(await answer()).toMatchObject({ status: 'refused', reason: 'expired' });
  await advance();
  expect(await answer()).toEqual({ status: 'accepted' });
});

it.each([-1, 1])(
  'judges the age of a plan by the clock of the state, with its own %i h wrong',
  async (hours) => {
    now += hours * 3_600_000;
    await opened();
    later += 4 * 60_000;
    expect(await answer()).toEqual({ status: 'accepted' });
    await advance();
    expect(executed).toEqual([['a']]);
    later += 6 * 60_000;
    expect(await answer()).toMatchObject({ status: 'refused', reason: 'expired' });
  },
);

/** Stops the engine in the middle of an effect, as a crash would: the intent is journaled, the completion is not. */
async function interrupted(): Promise<void> {
  await opened();
  await answer();
  const crash = new AbortController();
  script.execute = async () => {
    crash.abort(new Error('crash'));
    throw new Error('crash');
  };
  await expect(advance(crash.signal)).rejects.toThrow('crash');
  script.execute = async () => undefined;
  expect((await types()).slice(-1)).toEqual(['effect.intended']);
}

it('finds out after a crash that the effect happened, and does not repeat it', async () => {
  await interrupted();
  script.reconcile = () => ({ status: 'done', outcome: { ...makeOutcome(), data: null } });
  await advance();
  expect(executed).toHaveLength(1);
  expect(currentAttempt(await incident())?.step.id).toBe('two');
});

it('finishes after a crash what is unfinished', async () => {
  await interrupted();
  await advance();
  expect(executed).toHaveLength(2);
  expect(currentAttempt(await incident())?.step.id).toBe('two');
});

it('hands to a person after a crash what it cannot tell', async () => {
  await interrupted();
  script.reconcile = () => ({ status: 'unknown', why: 'the server is gone' });
  await advance();
  expect(executed).toHaveLength(1);
  expect(currentAttempt(await incident())).toMatchObject({
    status: 'attention',
    fault: { message: expect.stringContaining('the server is gone') },
  });
});

it('does not begin a poisonous effect for ever', async () => {
  await interrupted();
  for (let round = 0; round < 2; round += 1) {
    const crash = new AbortController();
    script.execute = async () => {
      crash.abort(new Error('crash'));
      throw new Error('crash');
    };
    await expect(advance(crash.signal)).rejects.toThrow('crash');
  }
  await advance();
  expect(executed).toHaveLength(3);
  expect(currentAttempt(await incident())?.status).toBe('attention');
});

it('asks a person what to do when the proof fails, and goes back when told to', async () => {
  script.verdict = async () => 'failed';
  await opened();
  await answer();
  await advance();
  expect(currentAttempt(await incident())).toMatchObject({
    status: 'attention',
    verdict: { status: 'failed' },
  });
  script.verdict = async () => 'passed';
  expect(await answer({ choice: 'continue' })).toEqual({ status: 'accepted' });
  await advance();
  expect(await answer({ choice: 'back', to: 'one' })).toEqual({ status: 'accepted' });
  await advance();
  expect(currentAttempt(await incident())).toMatchObject({
    step: { id: 'one' },
    attempt: 2,
    status: 'awaiting',
  });
});

it('changes nothing when it has lost its hold without hearing of it, as a process that was frozen', async () => {
  await opened();
  await answer();
  script.execute = async (signal, workloads) => {
    endSessionUnheard(url, 'firebreak test locks');
    await workloads.suspendJob(job('batch-1'), true, signal);
  };
  await expect(advance()).rejects.toMatchObject({ code: 'state-unavailable' });
  expect(world.changes).toEqual([]);
  expect(currentAttempt(await incident())).toMatchObject({ status: 'executing', intents: 1 });

  script.execute = async (signal, workloads) =>
    void (await workloads.suspendJob(job('batch-1'), true, signal));
  await advance();
  expect(world.changes).toEqual(['suspend job batch-1']);
});

it('counts no measurement that ended before it lost its hold unheard, as one of an hour ago', async () => {
  await opened();
  await answer();
  script.verdict = async () => {
    endSessionUnheard(url, 'firebreak test locks');
    return 'passed';
  };
  await expect(advance()).rejects.toMatchObject({ code: 'state-unavailable' });
  expect(currentAttempt(await incident())).toMatchObject({ step: { id: 'one' }, status: 'verifying' });

  script.verdict = async () => 'failed';
  await advance();
  expect(currentAttempt(await incident())).toMatchObject({ step: { id: 'one' }, status: 'attention' });
});

it('gives a measurement up at once when Firebreak stops, and lets an effect end first', async () => {
  const begun = measureForEver();
  await opened();
  await answer();
  const stopping = new AbortController();
  const effect = Promise.withResolvers<void>();
  script.execute = async (signal) => {
    stopping.abort(new Error('stopping'));
    await effect.promise;
    signal.throwIfAborted();
  };
  const stopped = advance(undefined, stopping.signal);
  await eventually('the effect to begin', () => executed.length === 1);
  effect.resolve();
  await expect(stopped).rejects.toThrow('stopping');
  expect(currentAttempt(await incident())?.status).toBe('verifying');

  const again = new AbortController();
  const measuring = advance(undefined, again.signal);
  await begun;
  again.abort(new Error('stopping again'));
  await expect(measuring).rejects.toThrow('stopping again');
  expect(currentAttempt(await incident())?.status).toBe('verifying');
});

/** Makes the proof last until it is stopped; resolves when it has begun. */
function measureForEver(): Promise<void> {
  const begun = Promise.withResolvers<void>();
  script.verdict = async (signal) => {
    begun.resolve();
    return await new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    );
  };
  return begun.promise;
}

it('ends a long measurement as soon as a person aborts the run', async () => {
  const measuring = measureForEver();
  await opened();
  await answer();
  const advancing = advance();
  await measuring;
  expect(await answer({ choice: 'abort' })).toEqual({ status: 'accepted' });
  expect(await advancing).toBe('done');
  expect((await incident()).runs.at(-1)?.status).toBe('aborted');
});

it('lets a person go back to a skipped step while the result of a later one is measured', async () => {
  const measuring = measureForEver();
  await opened();
  await answer({ choice: 'skip' });
  await advance();
  await answer();
  const advancing = advance();
  await measuring;
  expect(await answer({ choice: 'back', to: 'one' })).toEqual({ status: 'accepted' });
  expect(await advancing).toBe('done');
  expect(currentAttempt(await incident())).toMatchObject({
    step: { id: 'one' },
    attempt: 2,
    status: 'awaiting',
  });
});

it('opens one incident per database, and names it to the second person', async () => {
  await opened();
  expect(await desk.open({ database: 'orders', runbook: null, by: anna })).toEqual({
    status: 'already-open',
    incidentId: 'INC-1',
  });
  expect(await desk.open({ database: 'nope', runbook: null, by: anna })).toMatchObject({ status: 'refused' });
});
