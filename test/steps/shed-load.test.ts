import { describe, expect, it } from 'vitest';
import { type Setting, settingKey } from '../../src/domain/setting.ts';
import { step as open } from '../../src/steps/postgres/restore-load.ts';
import { step as restore } from '../../src/steps/postgres/restore-setting.ts';
import { step as shed } from '../../src/steps/postgres/shed-load.ts';
import { Drifted } from '../../src/steps/step-kind.ts';
import { group, outage, snapshot } from '../support/fixtures.ts';
import { createWorld, fault, runStep, type World } from '../support/ports.ts';

const limitOf = (role: string): Setting => ({ name: 'connection_limit', role, database: null });
const stored = (world: World, role: string) => world.settings.get(settingKey(limitOf(role)))?.value ?? null;

/** Reports are given up first, then the shop window; orders are never. */
function storm(): World {
  return createWorld({
    shedFirst: ['nightly', 'reports', 'window'],
    snapshot: outage({
      groups: [
        group({ backends: 20, user: 'reports' }),
        group({ backends: 20, user: 'reports', applicationName: 'other' }),
        group({ backends: 10, user: 'window' }),
        group({ backends: 20, user: 'orders' }),
      ],
    }),
  });
}

describe('postgres.shed-load', () => {
  it('takes the least important role that has sessions, one at a time, and says that open sessions stay', async () => {
    const world = storm();
    const plan = await shed.plan(world.context(), {});
    expect(plan.targets.map(({ id, selected }) => [id, selected])).toEqual([
      [settingKey(limitOf('reports')), true],
      [settingKey(limitOf('window')), false],
    ]);
    expect(plan.excluded).toMatchObject([
      { label: 'Role nightly', reason: expect.stringContaining('no session') },
    ]);
    expect(plan.wontSolve?.join(' ')).toContain('refuses new logins only: 40 open sessions');
    const first = await runStep(world, shed);
    expect(stored(world, 'reports')).toBe('0');
    expect(stored(world, 'window')).toBeNull();
    await runStep(world, shed, { earlier: [first] });
    expect([stored(world, 'window'), stored(world, 'orders')]).toEqual(['0', null]);
  });

  it('never takes who is protected or not listed, and nobody where nothing is configured', async () => {
    const world = storm();
    world.guard = { ...world.guard, protectedRoles: ['reports', 'window'] };
    const plan = await shed.plan(world.context(), {});
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toContain('Role reports is protected');
    world.shedFirst = [];
    expect((await shed.plan(world.context(), {})).nothingToDo).toContain('nobody is shed on a guess');
  });
});

describe('postgres.restore-load', () => {
  it.each([
    [null, ['10', '20', null]],
    ['12', ['3', '6', '12']],
  ])('opens in steps to exactly the limit from before (%s), measured after each', async (former, steps) => {
    const world = storm();
    world.settings.set(settingKey(limitOf('reports')), { value: former });
    const closed = await runStep(world, shed);
    world.snapshot = snapshot();
    world.changes.length = 0;
    const started = world.seconds();
    const opened = await runStep(world, open, { earlier: [closed] });
    expect(opened.verdict.status).toBe('passed');
    expect(world.changes).toEqual(steps.map((to) => `set ${settingKey(limitOf('reports'))} to ${to}`));
    // Five quiet samples, two seconds apart, before the first step and after each of the three.
    expect(world.seconds() - started).toBeGreaterThanOrEqual(4 * 4 * 2);
    expect((await open.plan(world.context([closed, opened]), {})).nothingToDo).toContain('as it was before');
    expect((await restore.plan(world.context([closed, opened]), {})).nothingToDo).toContain(
      'as it was before',
    );
  });

  it('goes on waiting for quiet when the clock is set forward', async () => {
    const world = storm();
    const closed = await runStep(world, shed);
    let looks = 0;
    world.onTick = () => {
      looks += 1;
      if (looks === 1) world.setClock(7200);
      if (looks === 3) world.snapshot = snapshot();
    };
    const opened = await runStep(world, open, { earlier: [closed] });
    expect(opened.verdict.status).toBe('passed');
  });

  it('closes the valve again when the load comes back, and leaves the other valves closed', async () => {
    const world = storm();
    const closed = await runStep(world, shed, { params: { most: 2 } });
    world.snapshot = snapshot();
    world.onTick = () => {
      // The storm comes back as soon as more than five may log in.
      world.snapshot = stored(world, 'window') === '5' ? outage() : snapshot();
    };
    const opened = await runStep(world, open, { earlier: [closed] });
    expect(world.changes.slice(2)).toEqual(
      ['3', '5', '0'].map((to) => `set ${settingKey(limitOf('window'))} to ${to}`),
    );
    expect(opened.verdict).toMatchObject({
      status: 'failed',
      evidence: expect.stringContaining('did not hold at 5'),
    });
    expect(opened.verdict.evidence).toContain('closed again: 0');
    expect(opened.outcome?.skipped[1]?.reason).toContain('Left closed');
    expect(stored(world, 'reports')).toBe('0');
    // The undo knows every value that a step of this run may have left behind.
    await runStep(world, restore, { earlier: [closed, opened] });
    expect([stored(world, 'window'), stored(world, 'reports')]).toEqual([null, null]);
  });

  it('opens nothing while it is not quiet, and leaves alone what somebody changed', async () => {
    const world = storm();
    const closed = await runStep(world, shed);
    world.changes.length = 0;
    const tried = await runStep(world, open, { earlier: [closed] });
    expect(tried.verdict.status).toBe('failed');
    expect(tried.outcome?.skipped[0]?.reason).toContain('Not opened, as it is not quiet');
    expect(world.changes).toEqual([]);
    const plan = await open.plan(world.context([closed]), {});
    world.settings.set(settingKey(limitOf('reports')), { value: '7' });
    const selection = { targets: plan.targets.map(({ id }) => id), choices: {} };
    expect(await open.recheck(world.context([closed]), plan, selection)).toHaveLength(1);
    await expect(open.execute(world.context([closed]), plan, selection)).rejects.toThrow(Drifted);
    expect((await open.plan(world.context([closed]), {})).nothingToDo).toContain('Somebody has set it to 7');
  });

  it('keeps what it has opened when somebody changed the next valve meanwhile', async () => {
    const world = storm();
    const closed = await runStep(world, shed, { params: { most: 2 } });
    world.snapshot = snapshot();
    world.onTick = () => world.settings.set(settingKey(limitOf('reports')), { value: '7' });
    const { outcome, verdict } = await runStep(world, open, { earlier: [closed] });
    expect(outcome.done.map(({ target }) => target)).toEqual([expect.stringContaining('window')]);
    expect(outcome.data).toMatchObject({ changes: [{ setting: limitOf('window'), to: null }] });
    expect(outcome.skipped[0]?.reason).toContain('Somebody set');
    expect(verdict.status).toBe('failed');
    expect(stored(world, 'reports')).toBe('7');
  });

  it('does not say that a limit was not set when nobody knows', async () => {
    const world = storm();
    const closed = await runStep(world, shed);
    world.snapshot = snapshot();
    const plan = await open.plan(world.context([closed]), {});
    const ctx = world.context([closed]);
    const whole = ctx.ports.databases;
    let isAway = false;
    const databases = {
      ...whole,
      changeSetting: async () => {
        isAway = true;
        throw fault('database-unreachable', 'No answer.');
      },
      readSetting: async (...request: Parameters<typeof whole.readSetting>) => {
        if (isAway) throw fault('database-unreachable', 'No answer.');
        return await whole.readSetting(...request);
      },
    };
    const selection = { targets: plan.targets.map(({ id }) => id), choices: {} };
    const outcome = await open.execute({ ...ctx, ports: { ...ctx.ports, databases } }, plan, selection);
    expect(outcome.skipped[0]?.reason).toMatch(/^It is not known whether it was set to 10: /);
    expect(outcome.data).toMatchObject({
      changes: [{ setting: limitOf('reports'), to: '10', uncertain: true }],
    });
  });

  it('says it loudly when the valve cannot be closed again, with the line for a person', async () => {
    const world = storm();
    const closed = await runStep(world, shed);
    world.snapshot = snapshot();
    world.onTick = () => {
      if (stored(world, 'reports') !== '10') return;
      world.snapshot = outage();
      world.faults.set('changeSetting', fault('database-unreachable', 'No answer.'));
    };
    const opened = await runStep(world, open, { earlier: [closed] });
    expect(opened.verdict.evidence).toContain('COULD NOT BE CLOSED AGAIN');
    expect(opened.verdict.situation?.next[0]?.text).toContain('ALTER');
  });
});
