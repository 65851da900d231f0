import { describe, expect, it } from 'vitest';
import { proposedSelection } from '../../src/domain/plan.ts';
import type { CaptureReadout } from '../../src/ports/remedies.ts';
import { step as capture } from '../../src/steps/postgres/capture-changes.ts';
import { step as remove } from '../../src/steps/postgres/remove-capture.ts';
import { Drifted } from '../../src/steps/step-kind.ts';
import { createWorld, fault, runStep, type World } from '../support/ports.ts';
import { captureReadout } from '../support/remedies-world.ts';

function ready(parts: Partial<CaptureReadout> = {}): World {
  const world = createWorld();
  world.capture = captureReadout(parts);
  return world;
}
const slot = {
  plugin: 'pgoutput',
  database: 'orders',
  active: false,
  walStatus: 'reserved',
  retainedBytes: 0,
};

describe('postgres.capture-changes', () => {
  const obstacles: [string, Partial<CaptureReadout>, string][] = [
    ['a standby', { inRecovery: true }, 'is a standby'],
    ['wal_level below logical', { walLevel: 'replica' }, "ALTER SYSTEM SET wal_level = 'logical';"],
    ['no limit for slots', { keepBytes: null }, 'max_slot_wal_keep_size'],
    ['no free slot', { slots: { most: 4, used: 4 } }, 'All 4 replication slots are used'],
    ['no free walsender', { senders: { most: 3, used: 3 } }, 'All 3 walsenders are used'],
    [
      'a publication of the name',
      { publication: { owner: 'app', tables: ['public.x'] } },
      'exists already, of public.x',
    ],
    ['a slot of the name', { slot }, 'A slot analytics exists already'],
    ['no table', { tables: [] }, 'no table that could be published'],
  ];
  it.each(obstacles)('refuses on %s', async (_what, parts, reason) => {
    const plan = await capture.plan(ready(parts).context(), {});
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toContain(reason);
  });

  it('leaves out tables of another owner and those that are not logged', async () => {
    const [orders, items] = captureReadout().tables;
    if (orders === undefined || items === undefined) throw new Error('no tables');
    const others = [
      { ...items, oid: 3, table: 'foreigners', owner: 'payments' },
      { ...items, oid: 4, table: 'scratch', publishable: false },
    ];
    const plan = await capture.plan(ready({ tables: [orders, items, ...others] }).context(), {});
    expect(plan.excluded.map(({ label }) => label)).toEqual(['public.foreigners', 'public.scratch']);
    expect(plan.commands[0]?.text).toBe(
      'CREATE PUBLICATION "analytics" FOR TABLE "public"."orders", "public"."items";',
    );
  });

  it('publishes the chosen tables alone, and says what it keeps', async () => {
    const world = ready();
    const { verdict } = await runStep(world, capture, {
      select: (plan) => ({ ...proposedSelection(plan), targets: ['public.items'] }),
    });
    expect(world.capture.publication?.tables).toEqual(['public.items']);
    expect(verdict).toMatchObject({ status: 'passed', evidence: expect.stringContaining('has 1 table;') });
  });

  it('does nothing when a table was replaced or somebody was faster', async () => {
    const world = ready();
    const plan = await capture.plan(world.context(), {});
    const selection = proposedSelection(plan);
    world.capture = captureReadout({ publication: { owner: 'app', tables: ['public.orders'] } });
    expect(await capture.recheck(world.context(), plan, selection)).toEqual([
      expect.stringContaining('exists already'),
    ]);
    await expect(capture.execute(world.context(), plan, selection)).rejects.toThrow(Drifted);
    expect(await capture.reconcile(world.context(), plan, selection)).toMatchObject({ status: 'unknown' });
    world.capture = captureReadout({
      tables: captureReadout().tables.map((one) => ({ ...one, oid: one.oid + 9 })),
    });
    expect((await capture.recheck(world.context(), plan, selection)).join()).toContain(
      'another one has its name',
    );
    expect(world.changes).toEqual([]);
  });

  it('says that the publication is there when the slot could not be made, and goes on from there', async () => {
    const world = ready();
    world.faults.set('createSlot', fault('database-unreachable', 'It went away.'));
    const first = await runStep(world, capture);
    expect(first.outcome.skipped).toEqual([{ target: 'slot analytics', reason: 'Not made: It went away.' }]);
    expect(first.verdict.status).toBe('failed');
    world.faults.clear();
    const ctx = world.context();
    await capture.execute(ctx, first.plan, first.selection);
    expect(world.changes).toEqual([
      'create publication analytics',
      'create slot analytics',
      'create slot analytics',
    ]);
    expect(await capture.reconcile(ctx, first.plan, first.selection)).toMatchObject({ status: 'done' });
  });
});

describe('postgres.remove-capture', () => {
  it('drops the slot first, and keeps the publication where the slot stays', async () => {
    const world = ready();
    const made = await runStep(world, capture);
    const plan = await remove.plan(world.context([made]), {});
    expect(plan.targets.map(({ id }) => id)).toEqual(['slot analytics', 'publication analytics']);
    world.faults.set('dropSlot', fault('database-unreachable', 'Somebody reads it.'));
    const selection = proposedSelection(plan);
    const outcome = await remove.execute(world.context(), plan, selection);
    expect(outcome.skipped.map(({ reason }) => reason)).toEqual([
      'Not dropped: Somebody reads it.',
      'Its slot is still there.',
    ]);
    expect(await remove.verify(world.context(), plan, selection, outcome)).toMatchObject({
      status: 'failed',
    });
    expect(world.capture.publication).not.toBeNull();
  });

  it('leaves alone what a subscriber reads, what is of another database, and what nobody named', async () => {
    const world = ready();
    expect((await remove.plan(world.context(), {})).nothingToDo).toContain('No step of this run');
    const made = await runStep(world, capture);
    world.capture = { ...world.capture, slot: { ...slot, active: true } };
    expect((await remove.plan(world.context([made]), {})).nothingToDo).toContain('DROP SUBSCRIPTION');
    world.capture = { ...world.capture, slot: { ...slot, database: 'stock' } };
    expect((await remove.plan(world.context([made]), {})).nothingToDo).toContain('a slot of stock');
  });
});
