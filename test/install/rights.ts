import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ROLE, type Surroundings } from './configure.ts';
import type { Home } from './home.ts';
import type { RunStage } from './stages.ts';
import type { World } from './world.ts';

/** What the doctor cannot know yet: nobody has pressed its button, and no folder of backups is named. */
const NOT_YET: readonly string[] = ['slack/click', 'state/backup'];

const Report = z.object({
  ok: z.boolean(),
  results: z.array(
    z.object({ check: z.string(), status: z.string(), subject: z.string(), found: z.string() }),
  ),
});
type Report = z.infer<typeof Report>;

/** Asks the doctor. @throws Error with what is missing when it says so and should not, or the other way round. */
export async function askDoctor(
  home: Home,
  { args = [], ok }: { args?: readonly string[]; ok: boolean },
): Promise<Report> {
  const { code, stdout } = await home.firebreak(['doctor', '--json', ...args], [0, 1]);
  const report = Report.parse(JSON.parse(stdout));
  if (report.ok !== ok || (code === 0) !== ok)
    throw new Error(
      `Exit code ${code}.\n${listed(report.results.filter(({ status }) => status === 'missing'))}`,
    );
  return report;
}

function listed(results: Report['results']): string {
  return results.map(({ check, subject, found }) => `${check} (${subject}): ${found}`).join('\n');
}

/** Before the rights are granted the doctor names them; what init wrote grants them, and nothing is missing. */
export async function grantRights({ home, world }: Surroundings, stage: RunStage): Promise<void> {
  await stage(
    'firebreak doctor names what is missing',
    { hint: 'firebreak doctor --details' },
    async (note) => {
      const missing = (await askDoctor(home, { ok: false })).results.filter(
        ({ status }) => status === 'missing',
      );
      const kinds = new Set(missing.map(({ check }) => check.split('/')[0]));
      for (const kind of ['postgres', 'kubernetes'])
        if (!kinds.has(kind))
          throw new Error(`The doctor misses nothing of ${kind}, of which nothing is granted.`);
      note(`${missing.length} missing`);
    },
  );
  await stage('grants.sql and rbac.yaml are applied', { hint: home.path('grants.sql') }, async () => {
    await applyGrants(home, world);
    for (const document of parseAllDocuments(readFileSync(home.path('rbac.yaml'), 'utf8')))
      await world.stage.cluster.create(document.toJS());
  });
  await stage('firebreak doctor', { hint: 'firebreak doctor --details' }, async (note) => {
    const { results } = await askDoctor(home, { ok: true });
    const of = (status: string) => results.filter((result) => result.status === status);
    const unknown = of('unknown').filter(({ check }) => !NOT_YET.includes(check));
    if (unknown.length > 0) throw new Error(listed(unknown));
    const advice = of('advice').map(({ check }) => check);
    note(`${of('ok').length} right, advice: ${advice.join(', ') || 'none'}`);
  });
}

async function applyGrants(home: Home, { names, stage }: World): Promise<void> {
  const superuser = stage.primary.url({ database: names.database });
  const psql = ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--dbname', superuser];
  await home.run('psql', [...psql, '--file', 'grants.sql']);
  const { password } = new URL(stage.url({ role: ROLE, direct: true }));
  await stage.sql(`alter role ${ROLE} password '${decodeURIComponent(password)}'`);
}
