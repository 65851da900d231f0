import { describe, expect, it, test } from 'vitest';
import { loadAudits } from '../../src/audits/registry.ts';
import { step as disable } from '../../src/steps/postgres/disable-query-statistics.ts';
import { step as enable } from '../../src/steps/postgres/enable-query-statistics.ts';
import { usualMajors } from '../adapters/postgres/majors.ts';
import { secret, signal, startAppServer, startDatabases } from '../adapters/postgres/support.ts';
import { auditsOf } from '../audits/run-audits.ts';
import { createWorld } from '../support/ports.ts';
import { realContext, takeStep } from '../support/take-step.ts';

const audits = (await loadAudits()).filter(({ id }) => id === 'query-statistics');

async function planWith(parts: object) {
  const world = createWorld();
  world.queryStatistics = { ...world.queryStatistics, created: false, ...parts };
  return await enable.plan(world.context(), {});
}

describe('postgres.enable-query-statistics', () => {
  it('has the exact lines where the library is not loaded, and restarts nothing', async () => {
    const plan = await planWith({ loaded: false, libraries: 'auto_explain, "pg_cron"' });
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toContain('needs a restart of the primary, which Firebreak does not do');
    expect(plan.commands.map(({ text }) => text)).toEqual([
      "ALTER SYSTEM SET shared_preload_libraries = 'auto_explain', 'pg_cron', 'pg_stat_statements';",
    ]);
  });

  it('says what is missing on the server, and who may do it', async () => {
    expect((await planWith({ available: false })).nothingToDo).toContain('postgresql-contrib');
    await expect(planWith({ allowed: false })).rejects.toMatchObject({
      code: 'database-permission',
      situation: { next: [expect.objectContaining({ text: expect.stringContaining('CREATE EXTENSION') })] },
    });
    expect((await planWith({ created: true })).nothingToDo).toContain('already');
  });
});

test.each(usualMajors)(
  'on PostgreSQL $major: red, created, green, and dropped by the same run alone',
  { timeout: 60_000 },
  async ({ package: name }) => {
    await using app = await startAppServer(
      { shared_preload_libraries: 'pg_stat_statements' },
      name === undefined ? {} : { package: name },
    );
    await using weak = await startDatabases({ url: secret(app.url('bot')) });
    await expect(enable.plan(realContext(weak), {})).rejects.toMatchObject({ code: 'database-permission' });
    await using databases = await startDatabases({ url: secret(app.server().url({ database: 'appdb' })) });
    const red = async () => (await auditsOf(databases, audits).run('shop', signal)).findings.length;
    expect(await red()).toBe(1);
    const created = await takeStep(enable, { ctx: realContext(databases) });
    expect(await red()).toBe(0);
    expect((await disable.plan(realContext(databases), {})).nothingToDo).toContain('No step of this run');
    await takeStep(disable, { ctx: realContext(databases, { earlier: [created] }) });
    expect(await red()).toBe(1);
  },
);
