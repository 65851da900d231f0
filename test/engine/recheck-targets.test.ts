import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { recheckTargets } from '../../src/engine/recheck-targets.ts';
import { step as killQueries } from '../../src/steps/postgres/kill-queries.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';
import { fold, makeRunbook, makeStep, opening } from '../support/domain.ts';
import { outage, pgTime, session } from '../support/fixtures.ts';
import { createWorld, fault, type World } from '../support/ports.ts';

const PATIENT = new AbortController().signal;

/** Two sessions at the root of the outage, and the incident whose card proposes to end them. */
async function onScreen(): Promise<{ world: World; incident: Incident; plan: Plan; options: EngineOptions }> {
  const world = createWorld({ snapshot: outage({ onCpu: 2, sessions: [session(1000), session(1001)] }) });
  const ctx = world.context();
  const plan = await killQueries.plan(ctx, {});
  const runbook = makeRunbook([makeStep('kill', { kind: killQueries.kind })]);
  const incident = fold([
    ...opening(runbook),
    {
      type: 'step.planned',
      step: 'kill',
      attempt: 1,
      plan,
      hash: 'h',
      expiresAt: '2099-01-01T00:00:00Z',
      differs: [],
    },
  ]);
  // What a look at the targets needs; nothing of the state is read or written.
  const options = {
    kinds: await loadStepKinds(),
    ports: ctx.ports,
    guard: world.guard,
    clock: ctx.clock,
  } as unknown as EngineOptions;
  return { world, incident, plan, options };
}

const ids = ({ targets }: Plan) => targets.map(({ id }) => id);

describe('a look at the targets that somebody chose', () => {
  it('finds nothing changed in an unchanged world, and changes nothing', async () => {
    const { world, incident, plan, options } = await onScreen();
    expect(await recheckTargets(options, incident, ids(plan), PATIENT)).toEqual({ status: 'same' });
    expect(world.changes).toEqual([]);
  });

  it('says which one is gone, and minds only those that were chosen', async () => {
    const { world, incident, plan, options } = await onScreen();
    world.snapshot = {
      ...world.snapshot,
      sessions: world.snapshot.sessions.filter(({ pid }) => pid !== 1000),
    };
    const [first, second] = plan.targets;
    const look = await recheckTargets(options, incident, ids(plan), PATIENT);
    expect(look).toEqual({
      status: 'changed',
      changes: [`${first?.label}: it is gone, or there is no reason left to act on it.`],
    });
    expect(await recheckTargets(options, incident, [second?.id ?? ''], PATIENT)).toEqual({ status: 'same' });
  });

  it('says which one is protected by now, and why', async () => {
    const { world, incident, plan, options } = await onScreen();
    world.snapshot = {
      ...world.snapshot,
      sessions: world.snapshot.sessions.map((one) =>
        one.pid === 1000 ? { ...one, protectedBy: ['superuser'] } : one,
      ),
    };
    const look = await recheckTargets(options, incident, ids(plan), PATIENT);
    expect(look).toMatchObject({
      status: 'changed',
      changes: [expect.stringMatching(/^pid 1000 .*: it is left alone now\. It belongs to a superuser/)],
    });
  });

  it('knows another query of the same session for another one', async () => {
    const { world, incident, plan, options } = await onScreen();
    world.snapshot = {
      ...world.snapshot,
      sessions: world.snapshot.sessions.map((one) =>
        one.pid === 1000 ? { ...one, queryStart: pgTime(-45), xactStart: pgTime(-45) } : one,
      ),
    };
    const look = await recheckTargets(options, incident, ids(plan), PATIENT);
    expect(look).toMatchObject({
      status: 'changed',
      changes: [expect.stringMatching(/^pid 1000 .*: it does something else by now\./)],
    });
  });

  it('says so when the world cannot be read, or not in time', async () => {
    const { world, incident, plan, options } = await onScreen();
    world.faults.set('snapshot', fault('database-unreachable', 'It does not answer.'));
    expect(await recheckTargets(options, incident, ids(plan), PATIENT)).toMatchObject({ status: 'unread' });
    world.faults.clear();
    const late = AbortSignal.abort();
    expect(await recheckTargets(options, incident, ids(plan), late)).toEqual({
      status: 'unread',
      why: 'There was no answer in time.',
    });
  });
});
