import { describe, expect, it } from 'vitest';
import type { DatabaseAddress } from '../../src/domain/cluster-guardrails.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import { step as route } from '../../src/steps/kubernetes/route-to-replica.ts';
import { batch, containerFacts, databaseAddress } from '../support/audit-facts.ts';
import { routableWorld } from '../support/batch-world.ts';
import { replica, session, snapshot } from '../support/fixtures.ts';
import { runStep, type World } from '../support/ports.ts';

/** A world whose only CronJob is told of its database so. */
function told(parts: Partial<DatabaseAddress>): World {
  const world = routableWorld();
  const address = databaseAddress({
    hosts: [{ host: 'orders-primary.db.svc', port: 5432 }],
    user: 'report',
    ...parts,
  });
  const items = [batch('report', { containers: [containerFacts({ databases: [address] })] })];
  world.guardrails = { ...world.guardrails, batches: [{ namespace: 'analytics', items, problem: null }] };
  return world;
}

describe('kubernetes.route-to-replica', () => {
  it('routes what names the primary, says how old the replica is, and takes it back', async () => {
    const world = routableWorld();
    const before = structuredClone(world.guardrails);
    const there = await runStep(world, route);
    expect(there.plan.summary).toContain(
      'CronJob analytics/report-generator, CronJob analytics/sync read from orders-ro.db.svc.',
    );
    expect(there.plan.targets[0]?.facts).toContainEqual({
      name: 'Replica replica-1',
      value: 'serves orders, 0 ms behind, 0 B to replay',
    });
    expect(there.plan.warnings.join(' ')).toContain('cancels what blocks replay for 30 s');
    expect(there.plan.warnings.join(' ')).toContain('temporary tables, nextval()');
    expect(there.verdict.status).toBe('passed');
    expect((await route.plan(world.context(), {})).nothingToDo).toContain('told of the primary of orders');
    const back = await runStep(world, route, { params: { undo: true }, earlier: [there] });
    expect(back.verdict.status).toBe('passed');
    expect(world.guardrails).toEqual(before);
  });

  it.each([
    [{ inRecovery: false }, 'is no standby'],
    [{ replayPaused: true }, 'has its replay paused'],
    [{ receiver: null }, 'receives nothing from the primary'],
    [{ replaySeconds: 900 }, 'is 15m00s behind, more than 1m00s'],
    [{ replaySeconds: null }, 'is not known'],
    [{ applyDelaySeconds: 3600 }, 'lags on purpose'],
  ])('refuses a replica that is not fit: %j', async (parts, why) => {
    const world = routableWorld();
    world.replicas = [replica(parts)];
    await expect(route.plan(world.context(), {})).rejects.toThrow(why);
    world.replicas = [replica()];
    const plan = await route.plan(world.context(), {});
    world.replicas = [replica(parts)];
    const differs = await route.recheck(world.context(), plan, proposedSelection(plan));
    expect(differs.join(' ')).toContain(why);
    expect(world.changes).toEqual([]);
  });

  it('leaves a Secret, a ConfigMap and a command line to a person, with the patch', async () => {
    const hidden = { hosts: [], user: null };
    const secret = await route.plan(told({ ...hidden, hiddenIn: 'Secret report-db, key url' }).context(), {});
    expect(secret.targets).toEqual([]);
    expect(secret.nothingToDo).toContain('which Firebreak neither reads nor writes');
    expect(secret.nothingToDo).toContain('kubectl -n analytics patch secret report-db --type merge');
    const map = await route.plan(told({ ...hidden, hiddenIn: 'ConfigMap db, key host' }).context(), {});
    expect(map.nothingToDo).toContain('patch configmap db --type merge');
    const written = await route.plan(told({ variable: null }).context(), {});
    expect(written.nothingToDo).toContain('Its command line names orders-primary.db.svc:5432');
  });

  it('leaves a job that insists on the primary, and does not tick one whose role writes now', async () => {
    const insisting = await route.plan(told({ wants: 'read-write' }).context(), {});
    expect(insisting.nothingToDo).toContain('It insists on the primary (read-write): it writes.');
    const world = told({});
    world.snapshot = snapshot({ sessions: [session(1, { user: 'report', writes: true })] });
    const plan = await route.plan(world.context(), {});
    expect(plan.targets).toMatchObject([
      { selected: false, why: expect.stringContaining('writes there now') },
    ]);
  });

  it('says what is missing: a replica, or how CronJobs reach it', async () => {
    const world = routableWorld();
    world.setup = { ...world.setup, hosts: { ...world.setup.hosts, replicas: ['127.0.0.1'] } };
    expect((await route.plan(world.context(), {})).nothingToDo).toContain('databases[].hosts.replicas');
    world.replicas = [];
    expect((await route.plan(world.context(), {})).nothingToDo).toContain('audit no-replica');
  });
});
