import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareSlots } from '../../src/domain/connection-limits.ts';
import { SettingSet, timeoutMillis, timeoutText } from '../../src/domain/setting.ts';
import { fitTimeouts, TIMEOUTS, type Timeouts } from '../../src/steps/postgres/set-limits/fit-timeouts.ts';
import { step as setLimits } from '../../src/steps/postgres/set-limits.ts';
import { loginRole, serverReadout } from '../support/audit-facts.ts';
import { group, session, snapshot } from '../support/fixtures.ts';
import { createWorld, type World } from '../support/ports.ts';

const off = { value: '0', unit: 'ms', pendingRestart: false };
const settings = {
  ...Object.fromEntries(TIMEOUTS.map((name) => [name, off])),
  temp_file_limit: { value: '-1', unit: 'kB', pendingRestart: false },
};

/** An application, a batch role, a gate, and whoever must be left alone. */
function shop(parts: Partial<World> = {}): World {
  const world = createWorld({
    server: serverReadout({
      settings,
      roles: [
        loginRole('checkout_api', { sessions: 12 }),
        loginRole('report_generator', { sessions: 2 }),
        loginRole('gate'),
        loginRole('firebreak', { own: true, sessions: 2 }),
        loginRole('postgres', { superuser: true }),
        loginRole('payments', { sessions: 5 }),
      ],
    }),
    snapshot: snapshot({
      groups: [
        group({ backends: 12 }),
        group({ backends: 2, user: 'report_generator' }),
        group({ backends: 5, user: 'payments' }),
      ],
    }),
  });
  world.guard = { ...world.guard, protectedRoles: ['payments'] };
  return Object.assign(world, parts);
}

async function planOf(world: World, params: object = {}) {
  const plan = await setLimits.plan(world.context(), params);
  const values = Object.fromEntries(
    plan.targets.map(({ id, identity }) => [
      id,
      Object.fromEntries(SettingSet.parse(identity).changes.map(({ setting, to }) => [setting.name, to])),
    ]),
  );
  return { plan, values };
}

describe('postgres.set-limits', () => {
  it('gives each role the set that fits its work, and leaves whom it must alone', async () => {
    const { plan, values } = await planOf(shop());
    expect(values).toEqual({
      'role checkout_api': {
        lock_timeout: '10s',
        statement_timeout: '30s',
        idle_in_transaction_session_timeout: '1min',
        transaction_timeout: '15min',
        temp_file_limit: '20GB',
        connection_limit: '24',
      },
      'role report_generator': {
        lock_timeout: '10s',
        statement_timeout: '15min',
        idle_in_transaction_session_timeout: '1min',
        transaction_timeout: '30min',
        temp_file_limit: '20GB',
        connection_limit: '5',
      },
      'role gate': {
        lock_timeout: '2500ms',
        statement_timeout: '5s',
        idle_in_transaction_session_timeout: '10s',
        transaction_timeout: '20s',
        temp_file_limit: '20GB',
        connection_limit: '5',
      },
    });
    expect(plan.excluded.map(({ label }) => label)).toEqual([
      'role firebreak',
      'role postgres',
      'role payments',
    ]);
    expect(plan.warnings.join(' ')).toContain('pg_stat_statements is missing');
  });

  it('leaves a slow role what its slowest usual statement takes, and warns where even that is too little', async () => {
    const statement = { calls: 9, longestMs: 900_000 };
    const world = shop({
      roleStatements: [
        { role: 'checkout_api', usualMs: 40_000, ...statement },
        { role: 'report_generator', usualMs: 7_200_000, ...statement },
      ],
    });
    const { plan, values } = await planOf(world);
    expect(values['role checkout_api']).toMatchObject({ statement_timeout: '1min' });
    expect(values['role report_generator']).toMatchObject({
      statement_timeout: '1h',
      transaction_timeout: '2h',
    });
    expect(plan.warnings.join(' ')).toContain(
      'its slowest usual statement takes 2h00m, and would be ended at 1h',
    );
    expect(plan.warnings.join(' ')).not.toContain('Role checkout_api: its slowest');
  });

  it('keeps what is there and fits the rest to it', async () => {
    const world = shop();
    const stored = (name: string, value: string) => ({ role: 'checkout_api', database: null, name, value });
    world.server = {
      ...world.server,
      stored: [stored('statement_timeout', '8s'), stored('lock_timeout', '5s')],
    };
    const { values } = await planOf(world);
    expect(values['role checkout_api']).not.toHaveProperty('statement_timeout');
    expect(values['role checkout_api']).not.toHaveProperty('lock_timeout');
    world.server = { ...world.server, stored: [stored('transaction_timeout', '20s')] };
    expect((await planOf(world)).values['role checkout_api']).toMatchObject({
      statement_timeout: '10s',
      lock_timeout: '5s',
      idle_in_transaction_session_timeout: '10s',
    });
    world.server = {
      ...world.server,
      stored: [stored('transaction_timeout', '20s'), stored('statement_timeout', '1min')],
    };
    expect((await planOf(world)).plan.warnings).toContain(
      'Role checkout_api: transaction_timeout (20 s) ends it before statement_timeout (1m00s) would.',
    );
  });

  it('has no transaction_timeout before 17, and bounds the database where no connection can be reserved', async () => {
    const world = shop();
    world.server = { ...world.server, versionNumber: 150_018 };
    const { values } = await planOf(world);
    expect(values['role checkout_api']).not.toHaveProperty('transaction_timeout');
    expect(values['database orders']).toEqual({ connection_limit: '74' });
  });

  it('lowers limits that are more than there are slots, never under the peak, and says when nothing fits', async () => {
    const world = shop();
    const limited = (connectionLimit: number) => ({
      ...world.server,
      roles: world.server.roles.map((role) =>
        role.name === 'checkout_api' ? { ...role, connectionLimit } : role,
      ),
    });
    world.server = limited(200);
    const { values } = await planOf(world);
    const sum = Object.values(values).reduce((total, one) => total + Number(one.connection_limit), 0);
    expect(Number(values['role checkout_api']?.connection_limit)).toBeGreaterThanOrEqual(12);
    expect(sum).toBeLessThanOrEqual(77 - 5 - 3);
    world.snapshot = { ...world.snapshot, groups: [group({ backends: 75 })] };
    const full = await planOf(world);
    expect(full.values['role checkout_api']).not.toHaveProperty('connection_limit');
    expect(full.plan.warnings.join(' ')).toContain('Put PgBouncer in front first');
  });

  it('leaves the role of a backup alone, and says who is over the limit right now', async () => {
    const world = shop();
    world.snapshot = {
      ...world.snapshot,
      sessions: [
        session(1, { user: 'report_generator', age: 2000 }),
        session(2, { user: 'checkout_api', protectedBy: ['backup'] }),
      ],
    };
    const { plan, values } = await planOf(world);
    expect(Object.keys(values)).not.toContain('role checkout_api');
    expect(plan.warnings.join(' ')).toContain('Role report_generator: 1 statement of it would be over');
  });

  it('does on a standby nothing, and has nothing to do where all is set', async () => {
    const world = shop();
    world.server = { ...world.server, inRecovery: true };
    expect((await planOf(world)).plan.nothingToDo).toContain('is a standby');
    const none = await planOf(createWorld({ server: serverReadout({ roles: [] }) }));
    expect(none.plan.nothingToDo).toBe('Every role has its limits already.');
  });
});

const milliseconds = fc.integer({ min: 1, max: 7_200_000 });
const timeouts = fc.record(
  Object.fromEntries(TIMEOUTS.map((name) => [name, milliseconds])) as Record<
    keyof Timeouts,
    typeof milliseconds
  >,
  { requiredKeys: [] },
);

it('whatever is set and wanted, no proposed timeout is cut off by a shorter one', () => {
  fc.assert(
    fc.property(timeouts, timeouts, (now, wanted) => {
      const { proposed } = fitTimeouts(now as Timeouts, wanted as Timeouts);
      const all: Timeouts = { ...now, ...proposed };
      const isNew = (name: keyof Timeouts) => proposed[name] !== undefined;
      for (const [short, long] of [
        ['lock_timeout', 'statement_timeout'],
        ['statement_timeout', 'transaction_timeout'],
        ['idle_in_transaction_session_timeout', 'transaction_timeout'],
      ] as const) {
        const [one, other] = [all[short], all[long]];
        if (one !== undefined && other !== undefined && (isNew(short) || isNew(long)))
          expect(one).toBeLessThan(other);
      }
      for (const name of Object.keys(proposed)) expect(now).not.toHaveProperty(name);
    }),
  );
});

it('shared slots are never more than there are, nor less than a floor, nor more than was wanted', () => {
  const claim = fc
    .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 200 }))
    .map(([floor, more]) => ({ floor, want: floor + more }));
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 12 }), fc.integer({ min: 0, max: 300 }), (list, slots) => {
      const claims = list.map((one, index) => ({ ...one, role: String(index) }));
      const shared = shareSlots(claims, slots);
      const floors = claims.reduce((sum, { floor }) => sum + floor, 0);
      expect(shared === null).toBe(floors > slots);
      if (shared === null) return;
      expect([...shared.values()].reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(slots);
      for (const { role, floor, want } of claims) {
        expect(shared.get(role)).toBeGreaterThanOrEqual(floor);
        expect(shared.get(role)).toBeLessThanOrEqual(want);
      }
    }),
  );
});

it('a timeout is written as PostgreSQL reads it', () => {
  fc.assert(fc.property(milliseconds, (value) => timeoutMillis(timeoutText(value)) === value));
  expect([1500, 30_000, 60_000, 900_000, 7_200_000].map(timeoutText)).toEqual([
    '1500ms',
    '30s',
    '1min',
    '15min',
    '2h',
  ]);
});
