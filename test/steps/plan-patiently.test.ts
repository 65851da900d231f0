import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/domain/plan.ts';
import { step as suspend } from '../../src/steps/kubernetes/suspend-cronjob.ts';
import { step as kill } from '../../src/steps/postgres/kill-queries.ts';
import type { EarlierStep } from '../../src/steps/step-kind.ts';
import { makeOutcome, makePlan, makeVerdict } from '../support/domain.ts';
import { outage, session, snapshot } from '../support/fixtures.ts';
import { createWorld, type World } from '../support/ports.ts';

/** A kill that was measured: it held, or the queries came back. */
function earlierKill(status: 'passed' | 'failed'): EarlierStep {
  const plan: Plan = makePlan({ kind: 'postgres.kill-queries' });
  return {
    stepId: 'kill',
    kind: 'postgres.kill-queries',
    plan,
    selection: { targets: [], choices: {} },
    begunAt: null,
    outcome: makeOutcome(),
    verdict: makeVerdict({ status }),
  };
}

/** The reports have just come back: they are as old as the world's clock. */
function respawning(): World {
  const young = (seconds: number) =>
    outage({ sessions: Array.from({ length: 8 }, (_, index) => session(3000 + index, { age: seconds })) });
  const world = createWorld({ snapshot: young(0.5) });
  world.onTick = (seconds) => {
    world.snapshot = young(seconds);
  };
  return world;
}

describe.each([suspend, kill])('$kind, before it finds nothing to do,', (step) => {
  it('waits after a respawn until the young queries can be blamed', async () => {
    const world = respawning();
    const plan = await step.plan(world.context([earlierKill('failed')]), {});
    expect(plan.nothingToDo).toBeNull();
    expect(plan.targets.some(({ selected }) => selected)).toBe(true);
    expect(world.seconds()).toBeLessThan(20);
  });

  it('looks again when one look met the queries while they waited', async () => {
    const busy = outage();
    const world = createWorld({ snapshot: snapshot() });
    world.onTick = () => {
      world.snapshot = busy;
    };
    const plan = await step.plan(world.context([]), {});
    expect(plan.targets.some(({ selected }) => selected)).toBe(true);
  });

  it('does not wait long when the last kill held', async () => {
    const world = createWorld();
    const plan = await step.plan(world.context([earlierKill('failed'), earlierKill('passed')]), {});
    expect(plan.nothingToDo).not.toBeNull();
    expect(world.seconds()).toBeLessThan(6);
  });

  it('gives up when nothing comes back', async () => {
    const world = createWorld();
    const plan = await step.plan(world.context([earlierKill('failed')]), {});
    expect(plan.nothingToDo).not.toBeNull();
    expect(world.seconds()).toBeLessThan(30);
  });
});
