import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import { eventually } from '../adapters/embedded-postgres/support.ts';
import { run } from '../adapters/postgres/support.ts';
import { pod } from '../support/fixtures.ts';
import { provoked, type Scene, startScene, type Who } from '../support/real-scene.ts';

const recordedBy = 'FIREBREAK_RECORD_FIXTURES=1 npx vitest run test/diagnosis/locks.pg.test.ts';

const checkout = { user: 'checkout_api', application: 'checkout-api', address: '127.0.3.5' };
const cart = { user: 'cart_api', application: 'cart-api', address: '127.0.3.6' };
const report = { user: 'report_generator', application: 'report-generator', address: '127.0.7.11' };
const flyway = { user: 'flyway', application: 'flyway', address: '127.0.8.1' };
const metabase = { user: 'metabase', application: 'Metabase', address: '127.0.6.1' };

const deployment = (ip: string, name: string) =>
  pod(ip, {
    namespace: 'shop',
    name: `${name}-7f9c-abcde`,
    owners: [
      { kind: 'ReplicaSet', name: `${name}-7f9c`, uid: `rs-${name}` },
      { kind: 'Deployment', name, uid: `dep-${name}` },
    ],
  });
const cluster = {
  podsByIp: {
    [checkout.address]: [deployment(checkout.address, 'checkout-api')],
    [cart.address]: [deployment(cart.address, 'cart-api')],
    [report.address]: [pod(report.address)],
  },
};

/** Runs for much longer than any test, and sleeps most of the time; it holds AccessShareLock on the table. */
const REPORT = 'select pg_sleep(0.2), o.id from orders o, orders p';
const TAKE = 'update inventory set stock = stock - 1 where item = 1';
const READ = 'select total from orders where id = 7';
const CHANGE = 'alter table orders add column note text';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene({ max_prepared_transactions: 4, autovacuum_naptime: '1s' });
}, 60_000);
afterAll(() => scene[Symbol.asyncDispose]());
afterEach(() => scene.calm());

/** Tables of a shop, anew, owned by the migration's role and open to everybody. */
async function shop(): Promise<void> {
  await scene.client(flyway);
  await scene.asSuperuser(
    `drop table if exists orders, inventory; create table orders (id int primary key, total int);
     insert into orders select i, i from generate_series(1, 5000) i;
     create table inventory (item int primary key, stock int); insert into inventory values (1, 1000), (2, 1000);
     alter table orders owner to flyway; grant all on orders, inventory to public`,
  );
}

/** A program that began a transaction, did this in it, and does nothing since. */
async function idle(who: Who, sql: string) {
  const client = await scene.client(who);
  await client.query('begin');
  await client.query(sql);
  return client;
}

async function until(what: string, holds: (facts: DiagnosisFacts) => boolean): Promise<void> {
  await eventually(what, async () => holds(await scene.facts()), 40_000);
}

const lockWaiting = ({ snapshot }: DiagnosisFacts) =>
  snapshot.groups.reduce((sum, group) => sum + group.lockWaiting, 0);
const ofProgram = ({ snapshot }: DiagnosisFacts, { application }: Who) =>
  snapshot.sessions.filter(({ applicationName }) => applicationName === application);

it('idle-in-transaction: names the session that does nothing, not the eight that wait', {
  timeout: 90_000,
}, async () => {
  await shop();
  await idle(metabase, 'select * from orders where id = 4');
  await idle(cart, TAKE);
  await scene.busy(report, 1, REPORT);
  await scene.busy(checkout, 8, TAKE);
  await until(
    'eight behind an idle transaction',
    (facts) => lockWaiting(facts) === 8 && (ofProgram(facts, cart)[0]?.stateSeconds ?? 0) > 6,
  );
  const wanted = { fixture: 'idle-in-transaction', cause: 'idle-in-transaction', recordedBy, cluster };
  const found = await provoked(scene, wanted);
  expect(found).toMatchObject({ kind: wanted.cause, culprit: { name: 'cart-api' } });
  expect(found.rootSessions).toHaveLength(1);
  expect(found.confidence).toBeGreaterThanOrEqual(0.9);
  expect(found.evidence.join(' ')).toContain('its last statement was: update inventory');
});

it('lock-queue: names the schema change with the strong lock, not the report before it nor the nine behind', {
  timeout: 90_000,
}, async () => {
  await shop();
  await idle(metabase, 'select * from inventory where item = 2');
  await scene.busy(report, 1, REPORT);
  await until('the report', (facts) => ofProgram(facts, report).length === 1);
  await scene.busy(flyway, 1, CHANGE);
  await until('the schema change', (facts) => lockWaiting(facts) === 1);
  await scene.busy(checkout, 9, READ);
  await until('nine behind it', (facts) => lockWaiting(facts) === 10);
  const wanted = { fixture: 'lock-queue', cause: 'lock-queue', recordedBy, cluster };
  const found = await provoked(scene, wanted);
  expect(found).toMatchObject({ kind: wanted.cause, culprit: { name: 'flyway' } });
  expect(found.evidence.join(' ')).toContain('AccessExclusiveLock on table public.orders, with 9 sessions');
});

it('lock-queue: sees the strong lock also where the text of the statement does not say it', {
  timeout: 90_000,
}, async () => {
  await shop();
  await scene.asSuperuser(
    `create or replace procedure nightly_maintenance() language plpgsql as 'begin alter table orders add column note text; end'`,
  );
  await scene.busy(report, 1, REPORT);
  await until('the report', (facts) => ofProgram(facts, report).length === 1);
  await scene.busy(flyway, 1, 'call nightly_maintenance()');
  await until('the schema change', (facts) => lockWaiting(facts) === 1);
  await scene.busy(checkout, 5, READ);
  await until('five behind it', (facts) => lockWaiting(facts) === 6);
  const wanted = { fixture: 'lock-queue-procedure', cause: 'lock-queue', recordedBy, cluster };
  const found = await provoked(scene, wanted);
  expect(found).toMatchObject({ kind: wanted.cause, culprit: { name: 'flyway' } });
  expect(found.title).toContain('A statement that wants a whole table');
});

it('row-lock-convoy: blames the crowd on one row and no session', { timeout: 90_000 }, async () => {
  await shop();
  await scene.busy(report, 1, REPORT);
  for (let index = 0; index < 14; index += 1) {
    const client = await scene.client(checkout);
    const again = async (): Promise<void> => {
      if ((await run(client, `begin; ${TAKE}; select pg_sleep(0.15); commit`)) === 'completed') await again();
    };
    void again();
  }
  await until('a crowd on one row', (facts) => facts.snapshot.lockWaiters.length >= 10);
  const wanted = { fixture: 'row-lock-convoy', cause: 'row-lock-convoy', recordedBy, cluster };
  const found = await provoked(scene, wanted);
  expect(found).toMatchObject({ kind: wanted.cause, rootSessions: [], culprit: { name: 'checkout-api' } });
  expect(found.evidence.join(' ')).toContain('the same row of table public.inventory');
});

it('row-lock-convoy: names the one transaction that keeps the row', { timeout: 90_000 }, async () => {
  await shop();
  const sync = await idle(cart, 'update inventory set stock = stock + 5');
  void run(sync, REPORT);
  await scene.busy(checkout, 7, TAKE);
  await until(
    'seven behind a long transaction',
    (facts) => lockWaiting(facts) === 7 && (ofProgram(facts, cart)[0]?.transactionSeconds ?? 0) > 6,
  );
  const wanted = { fixture: 'row-lock-convoy-kept', cause: 'row-lock-convoy', recordedBy, cluster };
  const found = await provoked(scene, wanted);
  expect(found).toMatchObject({ kind: wanted.cause, culprit: { name: 'cart-api' } });
  expect(found.rootSessions).toHaveLength(1);
});

it('prepared-transaction: names the one of two that the others wait for, and how its owner ends it', {
  timeout: 90_000,
}, async () => {
  await shop();
  const billing = await idle(metabase, 'update orders set total = 0 where id = 9');
  await billing.query(`prepare transaction 'billing 7f2e'`);
  const gateway = await idle(cart, 'update inventory set stock = 0');
  await gateway.query(`prepare transaction 'xa_81:o''4411'`);
  try {
    await scene.busy(checkout, 6, TAKE);
    await until('six behind a prepared transaction', (facts) => lockWaiting(facts) === 6);
    const wanted = { fixture: 'prepared-transaction', cause: 'prepared-transaction', recordedBy, cluster };
    const found = await provoked(scene, wanted);
    expect(found).toMatchObject({
      kind: wanted.cause,
      rootSessions: [],
      culprit: { kind: 'role', name: 'cart_api' },
      settles: [],
    });
    expect(found.helps).toContain(
      `To give it up, as cart_api or a superuser, in database appdb: ROLLBACK PREPARED 'xa_81:o''4411';`,
    );
  } finally {
    await billing.query(`rollback prepared 'billing 7f2e'`);
    // The statement of the card, as its owner.
    await gateway.query(`ROLLBACK PREPARED 'xa_81:o''4411';`);
  }
});

it('anti-wraparound-vacuum: names the schema change that waits for it, and spares the vacuum', {
  timeout: 120_000,
}, async () => {
  await shop();
  await scene.asSuperuser(
    'alter table orders set (autovacuum_enabled = false, autovacuum_freeze_max_age = 100000, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)',
  );
  const client = await scene.client(checkout);
  await client.query('set synchronous_commit = off');
  // Each round uses up a transaction id; 100000 is the least age that PostgreSQL accepts.
  await client.query(
    'do $$ begin for i in 1..101000 loop perform pg_current_xact_id(); commit; end loop; end $$',
  );
  await until('an autovacuum that prevents wraparound', ({ snapshot }) =>
    snapshot.autovacuumWorkers.some(
      ({ table, preventsWraparound, phase }) =>
        table === 'public.orders' && preventsWraparound && phase !== null,
    ),
  );
  await scene.busy(flyway, 1, CHANGE);
  await until('the schema change', (facts) => lockWaiting(facts) === 1);
  await scene.busy(checkout, 6, READ);
  await until('six behind it', (facts) => lockWaiting(facts) === 7);
  const wanted = { fixture: 'anti-wraparound-vacuum', cause: 'anti-wraparound-vacuum', recordedBy, cluster };
  const found = await provoked(scene, wanted);
  expect(found).toMatchObject({ kind: wanted.cause, culprit: { name: 'flyway' } });
  expect(found.rootSessions).toHaveLength(1);
  expect(found.evidence.join(' ')).toContain('vacuums public.orders');
});
