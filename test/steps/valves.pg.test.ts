import { afterAll, beforeAll, expect, it } from 'vitest';
import { step as restore } from '../../src/steps/postgres/restore-setting.ts';
import { step as setLimit } from '../../src/steps/postgres/set-connection-limit.ts';
import { step as setTimeout } from '../../src/steps/postgres/set-timeout.ts';
import type { EarlierStep, StepKind } from '../../src/steps/step-kind.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import {
  type AppServer,
  connect,
  run,
  secret,
  sessionOf,
  startAppServer,
  startDatabases,
} from '../adapters/postgres/support.ts';
import { realContext, takeStep } from '../support/take-step.ts';

let app: AppServer;
let databases: Awaited<ReturnType<typeof startDatabases>>;
beforeAll(async () => {
  app = await startAppServer();
  await query(
    app.server().url(),
    `alter role bot createrole; grant app to bot with admin true, inherit false, set false;
     alter role app in database appdb set work_mem = '8MB'; alter role app connection limit 15`,
  );
  databases = await startDatabases({ url: secret(app.url('bot')), cores: 1 });
});
afterAll(async () => {
  await databases.stop();
  await app[Symbol.asyncDispose]();
});

const take = async (kind: StepKind, params: object, earlier: readonly EarlierStep[] = []) =>
  await takeStep(kind, { ctx: realContext(databases, { earlier }), params });

const stored = async () =>
  await query(
    app.server().url(),
    `select (select json_agg(s order by setdatabase, setrole) from pg_db_role_setting s) as settings,
            (select json_agg(json_build_array(rolname, rolconnlimit) order by rolname) from pg_roles) as limits`,
  );

it('a session that holds locks idle is met by a timeout for new sessions, which is taken back without a trace', {
  timeout: 60_000,
}, async () => {
  const before = await stored();
  await using holder = await connect(app.url('app'), 'cart-api');
  await holder.query('create table cart (id int)');
  await holder.query('begin');
  await holder.query('lock table cart');
  await using first = await connect(app.url('app'), 'checkout');
  await using second = await connect(app.url('app'), 'checkout');
  await using third = await connect(app.url('app'), 'checkout');
  const waiting = [first, second, third].map(async (client) => await run(client, 'select * from cart'));
  await sessionOf(databases, 'cart-api', ({ stateSeconds }) => (stateSeconds ?? 0) > 11);
  const set = await take(setTimeout, { seconds: 1 });
  await using later = await connect(app.url('app'), 'cart-api');
  await later.query('begin');
  expect(await eventualEnd(later)).toBe(true);
  await holder.query('rollback');
  expect(await Promise.all(waiting)).toEqual(['completed', 'completed', 'completed']);
  await take(restore, {}, [set]);
  expect(await stored()).toEqual(before);
});

it('the timeout of a database reaches every new session in it, and is taken back without a trace', async () => {
  const before = await stored();
  await query(app.server().url(), 'alter database appdb owner to bot');
  const set = await take(setTimeout, { database: 'appdb', seconds: 1 });
  await using inside = await connect(app.url('app'), 'inside');
  await expect(inside.query('select pg_sleep(20)')).rejects.toMatchObject({ code: '57014' });
  await using elsewhere = await connect(app.url('app', 'postgres'), 'elsewhere');
  await elsewhere.query('select pg_sleep(1.2)');
  await take(restore, {}, [set]);
  await query(app.server().url(), 'alter database appdb owner to app');
  expect(await stored()).toEqual(before);
});

it('a limit keeps slots for the others, and the limit before it comes back', async () => {
  const before = await stored();
  const open = [];
  for (let index = 0; index < 3; index += 1) open.push(await connect(app.url('app'), 'leaking'));
  const set = await take(setLimit, { role: 'app', limit: 3 });
  await expect(connect(app.url('app'), 'one-more')).rejects.toMatchObject({ code: '53300' });
  await (await connect(app.url('payments'), 'another')).end();
  await take(restore, {}, [set]);
  expect(await stored()).toEqual(before);
  await (await connect(app.url('app'), 'one-more')).end();
  await Promise.all(open.map(async (client) => await client.end()));
});

/** Whether PostgreSQL ended the session by itself. */
async function eventualEnd(client: Awaited<ReturnType<typeof connect>>): Promise<boolean> {
  return await new Promise((resolve) => {
    client.once('end', () => resolve(true));
  });
}
