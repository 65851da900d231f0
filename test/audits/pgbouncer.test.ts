import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noWorkloads } from '../../src/adapters/kubernetes/no-workloads.ts';
import { createPoolers } from '../../src/adapters/pgbouncer/poolers.ts';
import { createAudits } from '../../src/audits/create-audits.ts';
import { loadAudits } from '../../src/audits/registry.ts';
import type { Finding } from '../../src/domain/audit.ts';
import {
  type AppServer,
  secret,
  signal,
  silent,
  startAppServer,
  startDatabases,
} from '../adapters/postgres/support.ts';
import { advancingClock } from '../support/advancing-clock.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';

const audits = (await loadAudits()).filter(({ system }) => system === 'pgbouncer');

/** As most begin: the defaults, and a pool that is as large as the server. */
const BAD = { default_pool_size: 20, query_wait_timeout: 120, server_login_retry: 15, max_client_conn: 5 };

let app: AppServer;
beforeAll(async () => {
  app = await startAppServer();
});
afterAll(async () => app[Symbol.asyncDispose]());

/** What is found with one PgBouncer in front, or with none. */
async function findings(pooler: PgBouncer | null): Promise<Finding[]> {
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  const poolers = createPoolers(
    pooler === null
      ? []
      : [
          {
            database: 'shop',
            name: 'front',
            url: secret(pooler.url('bot', 'pgbouncer')),
            pools: ['appdb', 'slow'],
          },
        ],
    { logger: silent },
  );
  await poolers.start();
  try {
    const running = createAudits(
      { databases, poolers, workloads: noWorkloads(), suspensions: null },
      {
        audits,
        policy: { peak: null, suppress: [] },
        known: () => ({ hosts: { primary: [], replicas: [], others: [] }, protectedRoles: [] }),
        clock: advancingClock(),
      },
    );
    return (await running.run('shop', signal)).findings;
  } finally {
    await poolers.stop();
  }
}

const names = (found: readonly Finding[]) => found.map(({ audit }) => audit).sort();

describe('a PgBouncer as most begin', () => {
  let bad: PgBouncer;
  let found: Finding[];
  beforeAll(async () => {
    bad = await startPgBouncer(leads(), BAD);
    for (const user of ['app', 'app', 'payments']) await (await bad.client(user, 'appdb')).query('select 1');
    await (await bad.client('app', 'slow')).query('select 1');
    found = await findings(bad);
  });
  afterAll(async () => bad[Symbol.asyncDispose]());

  test('all of it is found', () => {
    const here = audits.map(({ id }) => id).filter((id) => id !== 'pgbouncer-absent');
    expect([...new Set(names(found))]).toEqual(here.sort());
    const evidence = Object.fromEntries(found.map((one) => [one.audit, one.evidence]));
    expect(evidence).toMatchObject({
      'pool-arithmetic': 'front up to 60: 60 in all, ordinary roles share 17.',
      'client-limit': expect.stringMatching(/^[45] clients of at most 5/),
      'session-mode': expect.stringMatching(/^pool_mode = session; now 1 client on 1 server connection/),
    });
  });

  test('the lines of its remedies make a PgBouncer that starts, serves, and has none of it left', async () => {
    const lines = found
      .filter(({ audit }) => !['session-mode', 'prepared-statements'].includes(audit))
      .flatMap(({ remedy }) => remedy.commands.map(({ text }) => text.split(' = ') as [string, string]));
    await using good = await startPgBouncer(leads('transaction'), { ...BAD, ...Object.fromEntries(lines) });
    await (await good.client('app', 'slow')).query('select 1');
    // The version of this machine decides whether prepared statements can be had.
    expect(names(await findings(good)).filter((audit) => audit !== 'prepared-statements')).toEqual([]);
  });
});

test('without a PgBouncer that is said, with a configuration that a real one takes', async () => {
  const [absent, ...others] = await findings(null);
  expect(others).toEqual([]);
  expect(absent).toMatchObject({ audit: 'pgbouncer-absent', subject: 'database shop' });
  expect(absent?.evidence).toMatch(/^None is configured. Now \d+ of 20 connections come from 1 address/);
  const lines = (absent?.remedy.commands[0]?.text ?? '').split('\n').flatMap((line) => {
    const [key = '', value = ''] = line.split(' = ');
    return /^[a-z]/.test(line) && !/^(auth_|admin_)/.test(line) ? [[key, value]] : [];
  });
  await using pooler = await startPgBouncer(leads('transaction'), Object.fromEntries(lines));
  await (await pooler.client('app', 'appdb')).query('select 1');
  expect(names(await findings(pooler)).filter((audit) => audit !== 'prepared-statements')).toEqual([]);
});

function leads(mode?: string) {
  const { port } = app.server();
  const to = { port, database: 'appdb' };
  return { appdb: to, slow: { ...to, mode: mode ?? 'session' } };
}
