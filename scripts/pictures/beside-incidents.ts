import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { overloadAlert, sendAlert } from '../../test/support/rig/send-alert.ts';
import type { Overload } from './overload.ts';
import { title } from './overload.ts';
import { PATIENCE, type Studio } from './studio.ts';

/** More sessions than the table of a card has room for. */
const MANY = 45;

/** Milliseconds in which a chart is drawn. */
export const CHARTED = 60_000;

/** While nothing is open: what the channel hears by itself, and what is asked about Firebreak. */
export async function beforehand({ main, message, command, surface, shoot }: Studio): Promise<void> {
  await command('doctor', 'doctor', /Doctor: /);
  await surface('doctor-click', async () => {
    await main.getByRole('button', { name: 'Test a click' }).click();
    const pressed = main.locator('[data-ts]', { hasText: 'the click arrived' }).last();
    await pressed.waitFor();
    await shoot('doctor-click', pressed);
  });
  const digest = main.locator('[data-ts]', { hasText: '🧭' }).last();
  await message('audit-digest', digest, ['phone'], PATIENCE);
  const report = main.locator('[data-ts]', { hasText: 'would have ended' }).last();
  await message('watchdog-report', report, ['phone'], PATIENCE);
  await command('watchdog', 'watchdog', 'report-batch');
}

/** After the incident: alerts that open nothing, and a table that no message holds. */
export async function afterwards(studio: Studio, { httpUrl, url }: Overload): Promise<void> {
  const { command, message, thread, click, decision } = studio;
  await command('silence', 'silence orders-primary 30m reindexing', /open nothing/);
  await sendAlert(httpUrl, overloadAlert('overload-2'));
  await delay(1_000);
  await command('alerts', 'alerts', /reindexing/);
  await using sessions = await longQueries(url('batch'));
  await studio.type('/db-triage orders-primary');
  await decision(title.diagnose);
  await click('Run', title.diagnose);
  await decision(title.list);
  await click('Run', title.list);
  const file = thread.locator('[data-ts]', { has: studio.page.locator('.files') }).last();
  await message('file', file, [], PATIENCE);
  sessions.check();
}

/** What keeps it from coming back: follow-ups of the post-mortem, and a prevention run. */
export async function prevention(studio: Studio, { execute }: Overload): Promise<void> {
  // What grants.sql gives for it: Firebreak may limit the role of the batch.
  await execute('alter role bot createrole; grant batch to bot with admin option');
  const { command, modalOf, message, surface, main, thread } = studio;
  await studio.parent.getByRole('button', { name: 'Close incident' }).click();
  await studio.page.locator('[data-confirm="confirm"]').click();
  await studio.parent.getByText(/Closed/).waitFor({ timeout: PATIENCE });
  await surface('history-picture', async () => {
    await studio.type('/db-triage history');
    const own = main.locator('[data-ts]', { hasText: /Incidents.* and drills/ });
    const picture = own.filter({ has: studio.page.locator('.image img') }).last();
    await picture.waitFor({ timeout: CHARTED });
    await picture.locator('.image img').evaluate(async (node) => node.decode());
    await studio.shoot('history-picture', picture);
  });
  const digest = main.locator('[data-ts]', { hasText: /📌 Follow-ups: / }).last();
  await message('follow-up-digest', digest, ['phone'], PATIENCE);
  await command('follow-ups', 'follow-ups', /Add a follow-up/);
  const list = main.locator('[data-ts]', { hasText: 'Add a follow-up' }).last();
  await modalOf(
    'follow-up',
    list
      .locator('.block, div')
      .filter({ has: studio.page.getByRole('button', { name: /^Change/ }) })
      .last(),
    /^Change/,
  );
  await modalOf('follow-up-add', list, 'Add a follow-up');
  await studio.type('/db-triage prevent orders-primary');
  const card = thread.locator('[data-ts]', { hasText: 'Give each role the limits' }).last();
  await card.getByRole('button', { name: 'Run', exact: true }).waitFor({ timeout: PATIENCE });
  await message('prevention-card', card, ['phone']);
  await message('prevention', studio.parent, ['phone']);
}

/** Sessions that run a long statement and rest in it. */
async function longQueries(connectionString: string) {
  const clients = Array.from({ length: MANY }, () => new pg.Client({ connectionString }));
  const running = clients.map(async (client, index) => {
    client.on('error', () => undefined);
    await client.connect();
    await client.query(
      `select pg_sleep(600) as "the report of the branch with the number ${index}, by month, product"`,
    );
  });
  const failures: unknown[] = [];
  for (const one of running) one.catch((error: unknown) => failures.push(error));
  await delay(3_000);
  return {
    check() {
      if (failures.length > 0) throw new AggregateError(failures, 'The long queries did not run.');
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(clients.map(async (client) => client.end()));
    },
  };
}
