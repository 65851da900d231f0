import { describe, expect, it } from 'vitest';
import { FirebreakError } from '../../src/domain/errors.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import { type Setting, SettingChange, settingKey } from '../../src/domain/setting.ts';
import { step as restore } from '../../src/steps/postgres/restore-setting.ts';
import { step as setLimit } from '../../src/steps/postgres/set-connection-limit.ts';
import { step as setTimeout } from '../../src/steps/postgres/set-timeout.ts';
import { Drifted } from '../../src/steps/step-kind.ts';
import { group, outage, session, snapshot } from '../support/fixtures.ts';
import { createWorld, fault, runStep, type World } from '../support/ports.ts';

const timeout: Setting = { name: 'statement_timeout', role: 'report_generator', database: 'orders' };
const limit: Setting = { name: 'connection_limit', role: 'checkout_api', database: null };

/** 69 of 77 usable slots are idle sessions of one service; eight are others'. */
function leak(): World {
  return createWorld({
    snapshot: snapshot({
      slots: { max: 80, superuserReserved: 3, reserved: 0, used: 75 },
      groups: [
        group({ backends: 69, oldestSeconds: 840 }),
        group({ backends: 6, user: 'cart_api', applicationName: 'cart-api', clientAddress: '10.0.3.6' }),
      ],
    }),
  });
}

/** One session is idle in its transaction, and eight wait for its lock. */
function idleHolder(): World {
  const holder = session(70, {
    age: 300,
    state: 'idle in transaction',
    waitEventType: 'Client',
    user: 'cart_api',
    applicationName: 'cart-api',
    clientAddress: '10.9.9.9',
  });
  const waiters = [71, 72, 73, 74, 75, 76, 77, 78].map((pid) =>
    session(pid, { age: 60, waitEventType: 'Lock', waitEvent: 'transactionid', user: 'checkout_api' }),
  );
  return createWorld({
    snapshot: snapshot({
      sessions: [holder, ...waiters],
      groups: [group({ backends: 8, lockWaiting: 8, state: 'active' })],
      lockWaiters: waiters.map(({ pid }) => ({ pid, blockers: [70] })),
    }),
  });
}

const stored = (world: World, setting: Setting) => world.settings.get(settingKey(setting))?.value;

describe('postgres.set-timeout', () => {
  it('proposes what would have ended the root sessions, and says what it does not reach', async () => {
    const plan = await setTimeout.plan(createWorld({ snapshot: outage() }).context(), {});
    expect(plan.targets.map(({ identity }) => identity)).toEqual([
      expect.objectContaining({ setting: timeout, from: null, to: '60s' }),
    ]);
    expect(plan.commands[0]?.label).toContain('ALTER statement_timeout/report_generator/orders 60s;');
    expect(plan.warnings.join(' ')).toContain('for new sessions only: 45 open sessions keep');
    expect(plan.warnings.join(' ')).toContain('RECONNECT');
    expect(plan.warnings.join(' ')).toContain('45 sessions of it would be over the limit right now');
  });

  it('takes the timeout of idle transactions when the root holds its locks idle', async () => {
    const plan = await setTimeout.plan(idleHolder().context(), { seconds: 30 });
    expect(plan.targets.map(({ identity }) => identity)).toEqual([
      expect.objectContaining({
        setting: { name: 'idle_in_transaction_session_timeout', role: 'cart_api', database: 'orders' },
        to: '30s',
      }),
    ]);
  });

  it('says for each role which cause its session is the root of', async () => {
    const world = idleHolder();
    const { sessions, groups } = outage();
    world.snapshot = {
      ...world.snapshot,
      sessions: [...world.snapshot.sessions, ...sessions],
      groups: [...world.snapshot.groups, ...groups],
    };
    const { targets } = await setTimeout.plan(world.context(), {});
    const byRole = new Map(
      targets.map(({ identity, why }) => [SettingChange.parse(identity).setting.role, why]),
    );
    expect(byRole.get('cart_api')).toMatch(/^Idle transactions of .*: it would have ended pid 70, idle/);
    expect(byRole.get('report_generator')).toMatch(/: it would have ended pid \d+, running/);
    expect(byRole.get('report_generator')).not.toContain('Idle transactions');
  });

  it('gives a whole database the timeout when the runbook says so, and says whom it reaches', async () => {
    const scene = outage();
    const elsewhere = group({ backends: 3, database: 'stock', applicationName: 'stock-api' });
    const world = createWorld({ snapshot: { ...scene, groups: [...scene.groups, elsewhere] } });
    const plan = await setTimeout.plan(world.context(), { database: 'orders', seconds: 120 });
    expect(plan.targets.map(({ identity }) => identity)).toEqual([
      expect.objectContaining({
        setting: { name: 'statement_timeout', role: null, database: 'orders' },
        to: '120s',
      }),
    ]);
    expect(plan.summary).toContain('Give database orders a timeout of 2m00s');
    expect(plan.warnings.join(' ')).not.toContain('stock-api');
    const calm = await setTimeout.plan(createWorld().context(), { database: 'orders' });
    expect(calm.targets).toHaveLength(1);
  });

  it('has nothing to do without a cause that it helps', async () => {
    const doubtful = leak();
    doubtful.snapshot = {
      ...doubtful.snapshot,
      sessions: [session(1, { waitEventType: 'IO', waitEvent: 'DataFileRead' })],
    };
    for (const world of [createWorld(), leak(), doubtful]) {
      const plan = await setTimeout.plan(world.context(), {});
      expect(plan.targets).toEqual([]);
      expect(plan.nothingToDo).toContain('No timeout is proposed');
    }
  });

  it.each([
    ['30s', 'as tight or tighter'],
    ['60000', 'as tight or tighter'],
    ['1min', 'as tight or tighter'],
  ])('never loosens %s', async (value, why) => {
    const world = createWorld({ snapshot: outage() });
    world.settings.set(settingKey(timeout), { value });
    expect((await setTimeout.plan(world.context(), {})).nothingToDo).toContain(why);
  });

  it.each(['5min', '0', '61000'])('tightens %s', async (value) => {
    const world = createWorld({ snapshot: outage() });
    world.settings.set(settingKey(timeout), { value });
    expect((await setTimeout.plan(world.context(), {})).targets).toHaveLength(1);
  });

  it('leaves protected roles and superusers alone, and says so', async () => {
    const world = createWorld({ snapshot: outage() });
    world.settings.set(settingKey(timeout), { superuser: true, allowed: false });
    expect((await setTimeout.plan(world.context(), {})).nothingToDo).toContain('superuser');
    world.settings.clear();
    world.guard = { ...world.guard, protectedRoles: ['report_generator'] };
    expect((await setTimeout.plan(world.context(), {})).nothingToDo).toContain('is protected');
  });

  it('without the right it fails with the line for a person and the GRANT', async () => {
    const world = createWorld({ snapshot: outage() });
    world.settings.set(settingKey(timeout), { allowed: false, grant: 'GRANT it;' });
    await expect(setTimeout.plan(world.context(), {})).rejects.toMatchObject({
      code: 'database-permission',
      situation: {
        next: [{ text: 'ALTER statement_timeout/report_generator/orders 60s;' }, { text: 'GRANT it;' }],
      },
    });
  });

  it('warns when the role is shared, and when a backup runs as it', async () => {
    const dump = session(1, { age: 900, applicationName: 'pg_dump', protectedBy: ['backup'] });
    const scene = outage();
    const world = createWorld({
      snapshot: {
        ...scene,
        sessions: [dump, ...scene.sessions],
        groups: [
          ...scene.groups,
          group({ backends: 2, user: 'report_generator', applicationName: 'pg_dump', state: 'active' }),
        ],
      },
    });
    const { warnings } = await setTimeout.plan(world.context(), {});
    expect(warnings.join(' ')).toContain(
      'Whoever uses role report_generator gets it: report-generator (45), pg_dump (2)',
    );
    expect(warnings.join(' ')).toContain('A backup runs as role report_generator');
  });
});

describe('postgres.set-connection-limit', () => {
  it('leaves the others what they use and a tenth of the slots free', async () => {
    const world = leak();
    const done = await runStep(world, setLimit);
    // 77 usable, 6 used by others, 8 kept free.
    expect(done.plan.targets.map(({ identity }) => identity)).toEqual([
      expect.objectContaining({ setting: limit, from: null, to: '63' }),
    ]);
    expect(done.plan.targets[0]?.owner).toBe('Deployment shop/checkout-api');
    expect(done.plan.warnings.join(' ')).toContain(
      'gets no new connection until 7 of its 69 sessions have ended',
    );
    expect(stored(world, limit)).toBe('63');
    expect(done.verdict).toMatchObject({ status: 'passed' });
  });

  it('has nothing to do without a cause that it helps, or when no role fills the slots', async () => {
    const calm = await setLimit.plan(createWorld({ snapshot: outage() }).context(), {});
    expect(calm.nothingToDo).toContain('No limit is proposed');
    const world = leak();
    world.snapshot = {
      ...world.snapshot,
      groups: ['a', 'b', 'c'].map((user) => group({ backends: 23, user, oldestSeconds: 840 })),
    };
    expect((await setLimit.plan(world.context(), {})).targets).toEqual([]);
  });

  it('never loosens a tighter limit', async () => {
    const world = leak();
    world.settings.set(settingKey(limit), { value: '40' });
    expect((await setLimit.plan(world.context(), {})).nothingToDo).toContain('as tight or tighter');
    world.settings.set(settingKey(limit), { value: '70' });
    expect((await setLimit.plan(world.context(), {})).targets).toHaveLength(1);
  });
});

describe('a change of a setting', () => {
  it('is not made when the value is another one than on the card, nor on another server', async () => {
    const world = createWorld({ snapshot: outage() });
    const ctx = world.context();
    const plan = await setTimeout.plan(ctx, {});
    const selection = proposedSelection(plan);
    expect(await setTimeout.recheck(ctx, plan, selection)).toEqual([]);
    world.settings.set(settingKey(timeout), { value: '10min' });
    expect((await setTimeout.recheck(ctx, plan, selection)).join()).toContain(
      'is 10min now, and was not set',
    );
    await expect(setTimeout.execute(ctx, plan, selection)).rejects.toBeInstanceOf(Drifted);
    expect(stored(world, timeout)).toBe('10min');
    world.settings.clear();
    world.snapshot = { ...world.snapshot, startedAt: '2024-11-15 14:40:00+00' };
    expect((await setTimeout.recheck(ctx, plan, selection)).join()).toContain('Another server answers');
    await expect(setTimeout.execute(ctx, plan, selection)).rejects.toBeInstanceOf(Drifted);
    expect(stored(world, timeout)).toBeUndefined();
  });

  it('whose answer was lost is looked up, and never sent twice', async () => {
    const world = createWorld({ snapshot: outage() });
    const ctx = world.context();
    const plan = await setTimeout.plan(ctx, {});
    const lost = new FirebreakError('database-unreachable', 'The answer was lost.', {
      hint: 'Look.',
      retryable: true,
      situation: { unknown: ['Whether it was changed.'] },
    });
    world.faults.set('changeSetting', lost);
    const not = await setTimeout.execute(ctx, plan, proposedSelection(plan));
    expect(not).toMatchObject({ done: [], skipped: [{ reason: 'Not changed: The answer was lost.' }] });
    world.settings.set(settingKey(timeout), { value: '60s' });
    const made = await setTimeout.execute(ctx, plan, proposedSelection(plan));
    expect(made.done[0]?.detail).toContain('it was found so');
    world.faults.set('readSetting', fault('database-unreachable', 'Away.'));
    const unknown = await setTimeout.execute(ctx, plan, proposedSelection(plan));
    expect(unknown.data).toMatchObject({ changes: [{ setting: timeout, from: null, uncertain: true }] });
    expect(world.changes).toHaveLength(3);
  });

  it('that was interrupted is judged by what is stored', async () => {
    const world = createWorld({ snapshot: outage() });
    const ctx = world.context();
    const plan = await setTimeout.plan(ctx, {});
    const selection = proposedSelection(plan);
    expect(await setTimeout.reconcile(ctx, plan, selection)).toEqual({ status: 'unfinished' });
    world.settings.set(settingKey(timeout), { value: '60s' });
    expect(await setTimeout.reconcile(ctx, plan, selection)).toMatchObject({
      status: 'done',
      outcome: { data: { changes: [{ setting: timeout, from: null, to: '60s' }] } },
    });
    world.settings.set(settingKey(timeout), { value: '1h' });
    expect(await setTimeout.reconcile(ctx, plan, selection)).toMatchObject({ status: 'unknown' });
    expect(world.changes).toEqual([]);
  });

  it('does not pass when it does not read back', async () => {
    const world = createWorld({ snapshot: outage() });
    const done = await runStep(world, setTimeout);
    world.settings.set(settingKey(timeout), { value: null });
    const verdict = await setTimeout.verify(world.context(), done.plan, done.selection, done.outcome);
    expect(verdict).toMatchObject({ status: 'failed', evidence: expect.stringContaining('is not set') });
  });
});

describe('postgres.restore-setting', () => {
  it.each([[null], ['5min']])('gives back exactly %s', async (before) => {
    const world = createWorld({ snapshot: outage() });
    if (before !== null) world.settings.set(settingKey(timeout), { value: before });
    const set = await runStep(world, setTimeout);
    expect(stored(world, timeout)).toBe('60s');
    const back = await runStep(world, restore, { earlier: [set] });
    expect(stored(world, timeout)).toBe(before);
    expect(back.verdict.status).toBe('passed');
    const again = await restore.plan(world.context([set, back]), {});
    expect(again.nothingToDo).toContain('as it was before');
  });

  it('gives back the first value after two changes in a row, and knows a step that never completed', async () => {
    const world = createWorld({ snapshot: outage() });
    world.settings.set(settingKey(timeout), { value: '10min' });
    const one = await runStep(world, setTimeout);
    const two = await runStep(world, setTimeout, { params: { seconds: 20 } });
    expect(stored(world, timeout)).toBe('20s');
    await runStep(world, restore, { earlier: [one, { ...two, outcome: null, verdict: null }] });
    expect(stored(world, timeout)).toBe('10min');
  });

  it('leaves alone what somebody has changed since', async () => {
    const world = createWorld({ snapshot: outage() });
    const set = await runStep(world, setTimeout);
    world.settings.set(settingKey(timeout), { value: '2min' });
    const plan = await restore.plan(world.context([set]), {});
    expect(plan.nothingToDo).toContain('Somebody has set it to 2min since; it is left alone.');
  });

  it('has nothing to do when no step has set anything', async () => {
    const world = createWorld({ snapshot: outage() });
    const skipped = { ...(await runStep(world, setTimeout)), begunAt: null, outcome: null };
    expect((await restore.plan(world.context([]), {})).nothingToDo).toContain('No step of this run');
    expect((await restore.plan(world.context([skipped]), {})).nothingToDo).toContain('No step of this run');
  });
});
