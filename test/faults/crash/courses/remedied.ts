import { withSession } from '../../../../src/drill/victim/connection.ts';
import { until } from '../../../slack/sandbox-control.ts';
import type { Victim } from '../../../support/rig/victim.ts';
import type { Scene } from '../../world/scene.ts';
import type { Effects } from '../course.ts';

const NAMESPACE = 'analytics';
/** A session tells its counts when it ends. */
const GONE_MS = 20_000;

/** Connections that the role of the shop may have. */
const LIMIT = 8;

/** A table whose foreign key has no index, of a role that Firebreak may act as. */
const MAKE = `
  alter role bot createrole connection limit 4;
  create role shop login;
  grant shop to bot with admin true, inherit true, set true;
  grant batch to bot with admin true, inherit false, set false;
  grant create on schema public to shop;
  set role shop;
  create table customers (id int primary key);
  create table letters (customer int references customers);
  insert into customers select generate_series(1, 500);
  insert into letters select 1 + n % 500 from generate_series(1, 60000) n;
  reset role;
  analyze customers, letters`;
/** As it was before the remedies. */
const RESET = `
  drop index if exists letters_customer_idx;
  alter role shop in database postgres reset all;
  alter role batch in database postgres reset all;
  alter role shop reset all;
  alter role batch reset all;
  alter role shop connection limit ${LIMIT}`;
const FORGET = [
  'select pg_stat_force_next_flush()',
  `select pg_stat_reset_single_table_counters(of::regclass) from unnest(array['pg_db_role_setting', 'pg_authid']) of`,
];
const COUNTS = `
  with changed as (select relname, (n_tup_ins + n_tup_upd + n_tup_del)::int as count from pg_stat_sys_tables)
  select
    (select count from changed where relname = 'pg_db_role_setting') as settings,
    (select count from changed where relname = 'pg_authid') as roles,
    (select rolconnlimit from pg_roles where rolname = 'shop') as limit,
    (select count(*)::int from pg_index where indrelid = 'letters'::regclass and indisvalid) as valid,
    (select count(*)::int from pg_index where indrelid = 'letters'::regclass and not indisvalid) as invalid`;

interface Counts {
  readonly settings: number;
  readonly roles: number;
  readonly limit: number;
  readonly valid: number;
  readonly invalid: number;
}

/** Takes back what the remedies of an earlier scene did, and forgets how often settings were changed. */
export async function makeRoom(victim: Victim): Promise<void> {
  if (!(await hasTables(victim))) await victim.execute(MAKE);
  await victim.execute(RESET);
  for (const statement of FORGET) await victim.execute(statement);
}

async function hasTables(victim: Victim): Promise<boolean> {
  const rows = await read<{ found: boolean }>(victim, `select to_regclass('letters') is not null as found`);
  return rows[0]?.found === true;
}

/** How often the remedies changed something, once no session of Firebreak is left that could tell of more. */
export async function countRemedies(scene: Scene): Promise<Effects> {
  const { victim, cluster } = scene;
  await Promise.all(scene.running().map(async (process) => process[Symbol.asyncDispose]()));
  const isGone = async () => (await victim.sessionsOf('bot')) === 0;
  await until('every session of Firebreak is over', isGone, GONE_MS);
  const [counts] = await read<Counts>(victim, COUNTS);
  if (counts === undefined) throw new Error('Nothing was counted.');
  const { items: quotas } = await cluster.core.listNamespacedResourceQuota({ namespace: NAMESPACE });
  const { items: ranges } = await cluster.core.listNamespacedLimitRange({ namespace: NAMESPACE });
  return {
    'changes of settings': counts.settings,
    'changes of roles': counts.roles,
    'connections that the shop may have': counts.limit,
    'indexes that serve': counts.valid,
    'indexes that are broken': counts.invalid,
    quotas: quotas.length,
    'limits by default': ranges.length,
  };
}

async function read<T extends object>(victim: Victim, sql: string): Promise<T[]> {
  return await withSession(victim.url('bot'), async (session) => (await session.query<T>(sql)).rows);
}
