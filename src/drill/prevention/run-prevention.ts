import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redAudits } from '../../domain/audit.ts';
import { claimFolder, DRILL_PREFIX } from '../leftovers.ts';
import { outage } from '../outage.ts';
import { startMonitor } from '../victim/monitor.ts';
import { startWorld, type World, type WorldOptions } from '../world.ts';
import { applyRemedies, grantRemedies } from './apply-remedies.ts';
import { calmDown, runBatch } from './batch-run.ts';
import { openShop, type Shop } from './open-shop.ts';
import { type PreventionMeasured, preventionProblems } from './report.ts';
import { writeRunbooks } from './runbook.ts';

export const prevention = {
  id: 'prevention',
  title: 'The same batch before and after the remedies of the audits',
} as const;

export interface PreventionOptions extends WorldOptions {
  /** Null: a person clicks. */
  readonly responder: { readonly thinkMs: number } | null;
  readonly patienceMs: number;
}

/** Database sessions of each of the four pods: the report of a team that was never told of a limit. */
const SESSIONS_PER_POD = 6;
/** Milliseconds of each of the two runs. */
const RUN_MS = 20_000;

/** Breaks the shop with the batch, has the remedies applied on approval, runs the same batch again, and measures both. */
export async function runPrevention(
  options: PreventionOptions,
): Promise<{ readonly measured: PreventionMeasured; readonly problems: readonly string[] }> {
  await using parts = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), DRILL_PREFIX));
  parts.defer(async () => rm(directory, { recursive: true, force: true }));
  await claimFolder(directory);
  const runbookDirectory = await writeRunbooks(join(directory, 'runbooks'));
  const world = parts.use(
    await startWorld({ ...options, runbookDirectory, sessionsPerPod: SESSIONS_PER_POD }),
  );
  const shop = await openShop(world, parts, options);
  const measured = await measure(world, shop, options);
  return { measured, problems: preventionProblems(measured) };
}

async function measure(
  world: World,
  { orders, placedPerSecond }: Shop,
  options: PreventionOptions,
): Promise<PreventionMeasured> {
  const { say, signal } = options;
  say(`The incident channel is at ${world.slack.url}/?follow=1`);
  const scene = { orders, victim: world.victim, kubernetes: world.kubernetes };
  const baselineOrders = Math.round((placedPerSecond * RUN_MS) / 1_000);

  say(`Unguarded: the CronJob ${outage.cronJob} runs at peak, and nobody does anything about it`);
  const unguarded = await runBatch(scene, RUN_MS, signal);
  say(`  ${unguarded.ordersFailed} orders failed`);
  const problems = (await calmDown(scene, signal)) ? [] : ['The shop did not come back after the first run.'];

  await grantRemedies(world);
  const before = await countRed(world, signal);
  say(`${before} audits are red; a prevention run applies their remedies`);
  problems.push(...(await applyRemedies(world, options)));
  const after = await countRed(world, signal);

  say('Guarded: the same CronJob runs at the same hour');
  let alerted = false;
  await using _monitor = startMonitor({
    orders,
    webhook: { url: `${world.app.httpUrl}/alerts/alertmanager`, token: world.alertToken.reveal() },
    onEvent: (event) => {
      if (event.type === 'state' && event.state === 'firing') alerted = true;
    },
  });
  const guarded = await runBatch(scene, RUN_MS, signal);
  if (alerted) problems.push('The alert fired beside the guarded run.');
  return { baselineOrders, unguarded, guarded, auditsRed: { before, after }, problems };
}

async function countRed({ app }: World, signal: AbortSignal): Promise<number> {
  return redAudits(await app.audits.run(outage.database, signal, new Date())).length;
}
