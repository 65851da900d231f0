import { afterAll, beforeAll, expect, it } from 'vitest';
import { cronJob, job, pod } from '../support/fixtures.ts';
import { provoked, type Scene, startScene } from '../support/real-scene.ts';

const recordedBy = 'FIREBREAK_RECORD_FIXTURES=1 npx vitest run test/diagnosis/plan-flip.pg.test.ts';
const checkout = { user: 'checkout_api', application: 'checkout-api', address: '127.0.3.5' };
const report = { user: 'report_generator', application: 'report-generator', address: '127.0.7.11' };
const cluster = {
  podsByIp: {
    [checkout.address]: [
      pod(checkout.address, {
        namespace: 'shop',
        name: 'checkout-api-7f9c-abcde',
        owners: [
          { kind: 'ReplicaSet', name: 'checkout-api-7f9c', uid: 'rs-1' },
          { kind: 'Deployment', name: 'checkout-api', uid: 'dep-1' },
        ],
      }),
    ],
    [report.address]: [pod(report.address)],
  },
  cronJobs: [cronJob()],
  jobs: [job('report-generator-28861356')],
};
/** With the index a millisecond or two; without it a pass over the items for each order of the customer. */
const STATEMENT = `select sum(n) from orders o
  cross join lateral (select count(*) n from items i where i.order_id = o.id) x where o.customer_id = 42`;

let scene: Scene;
beforeAll(async () => {
  scene = await startScene({ shared_preload_libraries: 'pg_stat_statements' });
  await scene.asSuperuser(`create extension pg_stat_statements;
    create table orders as select id, case when id <= 4000 then 42 else id end customer_id from generate_series(1, 20000) id;
    create table items as select g % 20000 order_id from generate_series(1, 60000) g;
    create index orders_customer on orders (customer_id); create index items_order on items (order_id);
    analyze; grant select on orders, items to public`);
}, 60_000);
afterAll(() => scene[Symbol.asyncDispose]());

it('knows a query that was fast and lost its index, while a CronJob merely runs', {
  timeout: 120_000,
}, async () => {
  const client = await scene.client(checkout);
  await scene.client(report);
  for (let call = 0; call < 60; call += 1) await client.query(STATEMENT);
  await scene.asSuperuser('drop index items_order');
  await scene.busy(checkout, 4, STATEMENT);
  const found = await provoked(scene, {
    fixture: 'plan-flip',
    cause: 'plan-flip',
    recordedBy,
    cluster,
    when: (cause) => cause.rootSessions.length === 4,
  });
  expect(found).toMatchObject({ kind: 'plan-flip', culprit: { kind: 'Deployment', name: 'checkout-api' } });
  expect(found.rootSessions).toHaveLength(4);
  expect(found.evidence.join(' ')).toContain('It ran 60 times before');
  expect(found.wontHelp.join(' ')).toContain('the next call gets the same bad plan');
});
