import { afterAll, beforeAll, expect, it } from 'vitest';
import { step as open } from '../../src/steps/postgres/restore-load.ts';
import { step as shed } from '../../src/steps/postgres/shed-load.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import {
  type AppServer,
  connect,
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
    'alter role bot createrole; grant app to bot with admin true, inherit false, set false; alter role app connection limit 8',
  );
  databases = await startDatabases({ url: secret(app.url('bot')), cores: 64, shedFirst: ['app'] });
});
afterAll(async () => {
  await databases.stop();
  await app[Symbol.asyncDispose]();
});

it('a shed role gets no new connection and keeps its open ones; opened in steps it ends as it was', {
  timeout: 60_000,
}, async () => {
  await using session = await connect(app.url('app'), 'report');
  await sessionOf(databases, 'report', () => true).catch(() => undefined);
  const closed = await takeStep(shed, { ctx: realContext(databases) });
  await expect(connect(app.url('app'), 'another')).rejects.toMatchObject({ code: '53300' });
  await (await connect(app.url('payments'), 'important')).end();
  expect((await session.query('select 1 as one')).rows).toEqual([{ one: 1 }]);

  const params = { quietSamples: 1, timeoutMinutes: 0.2, slotShareBelow: 1 };
  await takeStep(open, { ctx: realContext(databases, { earlier: [closed] }), params });
  const [role] = await query(app.server().url(), `select rolconnlimit from pg_roles where rolname = 'app'`);
  expect(role).toEqual({ rolconnlimit: 8 });
  await (await connect(app.url('app'), 'another')).end();
});
