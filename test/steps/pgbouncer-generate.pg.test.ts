import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createPoolers } from '../../src/adapters/pgbouncer/poolers.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { step } from '../../src/steps/pgbouncer/generate.ts';
import type { StepContext } from '../../src/steps/step-kind.ts';
import {
  type AppServer,
  secret,
  signal,
  silent,
  startAppServer,
  startDatabases,
} from '../adapters/postgres/support.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { pooler } from '../support/pooler-fixtures.ts';
import { createWorld } from '../support/ports.ts';

let app: AppServer;
beforeAll(async () => {
  app = await startAppServer();
});
afterAll(async () => app[Symbol.asyncDispose]());

async function connect(role: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: app.url(role) });
  await client.connect();
  return client;
}

/** The lines of a section of pgbouncer.ini, as pairs. */
function section(file: string, name: string): [string, string][] {
  const [, body = ''] = file.split(`[${name}]\n`);
  const lines = body.split(/^\[/m)[0]?.split('\n') ?? [];
  return lines
    .filter((line) => /^[^;\s]/.test(line))
    .map((line) => {
      const [key = '', ...value] = line.split(' = ');
      return [key, value.join(' = ')];
    });
}

/** The plan over a real server, on which these roles are connected. */
async function planOver(roles: readonly string[]): Promise<Plan> {
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  const clients = await Promise.all(roles.map(connect));
  try {
    const { ports, ...rest } = createWorld().context();
    const ctx: StepContext = {
      ...rest,
      signal,
      incident: { ...rest.incident, database: 'shop' },
      ports: { ...ports, databases, poolers: createPoolers([], { logger: silent }) },
    };
    const plan = await step.plan(ctx, { port: app.server().port });
    const outcome = await step.execute(ctx, plan, { targets: [], choices: {} });
    expect(outcome.table?.rows.map(([role]) => role)).toEqual(expect.arrayContaining([...new Set(roles)]));
    return plan;
  } finally {
    await Promise.all(clients.map(async (client) => client.end()));
  }
}

describe('pgbouncer.generate', () => {
  it('makes a file that a real PgBouncer takes and serves with, within what the server has', async () => {
    const { commands } = await planOver(['app', 'app', 'payments']);
    const file = commands.find(({ label }) => label === 'pgbouncer.ini')?.text ?? '';
    const settings = Object.fromEntries(
      section(file, 'pgbouncer').filter(([key]) => !/^(?:listen_|auth_|admin_)/.test(key)),
    );
    const [[name, lead] = ['', '']] = section(file, 'databases');
    expect([name, lead]).toEqual([
      'appdb',
      expect.stringContaining(`port=${app.server().port} dbname=appdb`),
    ]);
    const users = section(file, 'users').map(([role, value]) => `${role} = ${value}`);
    expect(users).toEqual(
      expect.arrayContaining([expect.stringMatching(/^app = max_user_connections=\d+$/)]),
    );

    await using made = await startPgBouncer(
      { appdb: { port: app.server().port, database: 'appdb' } },
      settings,
      users,
    );
    const client = await made.client('app', 'appdb');
    expect((await client.query('select current_user as me')).rows).toEqual([{ me: 'app' }]);
    const config = await made.console('SHOW CONFIG');
    const value = (key: string) => config.find((row) => row.key === key)?.value;
    expect(value('pool_mode')).toBe('transaction');
    // 80 % of the 17 that ordinary roles share.
    expect(value('max_db_connections')).toBe('13');
    expect(made.log()).not.toMatch(/ERROR|FATAL|WARNING/);
  });

  it('makes manifests in which the pods share the connections, and no password stands', async () => {
    const { commands } = await planOver(['app']);
    const texts = commands.flatMap(({ patch }) => patch?.text ?? []);
    const objects = texts.map((text) => parse(text) as { kind: string; data?: Record<string, string> });
    expect(objects.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Deployment', 'Service']);
    const file = objects[0]?.data?.['pgbouncer.ini'] ?? '';
    expect(Object.fromEntries(section(file, 'pgbouncer'))).toMatchObject({ max_db_connections: '6' });
    expect(texts.join('')).not.toMatch(/password:/i);
  });

  it('has nothing to do where a PgBouncer is in front already', async () => {
    const world = createWorld();
    world.poolers = [pooler()];
    expect((await step.plan(world.context(), {})).nothingToDo).toContain('is in front of orders already');
  });
});
