import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { describeError } from '../domain/errors.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { openPage } from './open-page.ts';
import { outage } from './outage.ts';
import { buildReport, type DrillReport } from './report.ts';
import { respond } from './responder.ts';
import { tell } from './tell.ts';
import { until } from './until.ts';
import { startMonitor } from './victim/monitor.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

export interface DrillOptions extends WorldOptions {
  /** Opens the page in a browser. */
  readonly open: boolean;
  /** Null: a person clicks. */
  readonly responder: { readonly thinkMs: number; readonly wrongOrder: boolean } | null;
  /** Milliseconds from the alert after which the drill is given up. */
  readonly patienceMs: number;
  /** Called when the incident is over and the report made, before anything is torn down. */
  readonly finished: (report: DrillReport, world: World) => Promise<void>;
}

/** Milliseconds of undisturbed orders before the report runs. */
const BASELINE_MS = 4_000;

/** Breaks a real database, lets people or a script handle the incident, measures, and cleans up whatever happens. */
export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  await using world = await startWorld(options);
  const report = await handle(world, options);
  await options.finished(report, world);
  return report;
}

async function handle(world: World, options: DrillOptions): Promise<DrillReport> {
  const { say, signal } = options;
  const follow = `${world.slack.url}/?follow=1`;
  say(`The incident channel is at ${follow}`);
  if (options.open)
    await openPage(follow).catch((error: unknown) =>
      say(`${describeError(error).message} ${describeError(error).hint}`),
    );
  await delay(BASELINE_MS, undefined, { signal });

  const problems: string[] = [];
  let firedAt: number | null = null;
  await using monitor = startMonitor({
    orders: world.orders,
    webhook: { url: `${world.app.httpUrl}/alerts/alertmanager`, token: world.alertToken.reveal() },
    onEvent: (event) => {
      if (event.type === 'state' && event.state === 'firing') firedAt ??= event.at.getTime();
      if (event.type === 'refused') problems.push(`Firebreak refused the alert: ${event.reason}`);
    },
  });
  say(`It is 14:00 in Seoul: the CronJob ${outage.cronJob} starts at peak`);
  await world.kubernetes.createJobFrom(outage.namespace, outage.cronJob);
  await until(() => monitor.firstAcceptedAt() !== undefined, 90_000, signal);
  const alertAt = monitor.firstAcceptedAt() === undefined ? null : firedAt;
  if (alertAt === null)
    problems.push('No alert fired within 90 seconds: this machine is too fast for the load. Raise --scale.');
  else say('The alert fired: orders fail, the connection pool is exhausted');

  const incidentId = alertAt === null ? null : await untilIncident(world, signal);
  if (incidentId !== null) {
    say(
      options.responder === null
        ? `${incidentId} is yours: open ${follow}`
        : `${incidentId}: the scripted responder takes it`,
    );
    await untilClosed(world, incidentId, options);
  }
  return await measure(world, {
    incidentId,
    alertAt,
    problems,
    wrongOrder: options.responder?.wrongOrder ?? false,
  });
}

async function untilIncident(world: World, signal: AbortSignal): Promise<string | null> {
  let id: string | undefined;
  await until(
    async () => {
      id = (await world.app.state.incidents.list(1))[0]?.id;
      return id !== undefined;
    },
    15_000,
    signal,
  );
  return id ?? null;
}

/** Follows the incident, telling each step, until it is closed or patience ends. */
async function untilClosed(world: World, incidentId: string, options: DrillOptions): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const responding =
    options.responder === null
      ? Promise.resolve()
      : respond({
          slackUrl: world.slack.url,
          ...options.responder,
          unproposed: 'choose',
          stuck: 'retry',
          onClick: () => undefined,
          signal,
        });
  let told = 0;
  const closed = until(
    async () => {
      const events = await world.app.state.journal.read(incidentId);
      for (const { event } of events.slice(told)) tell(event, options.say);
      told = events.length;
      return events.some(({ event }) => event.type === 'incident.closed' || event.type === 'run.aborted');
    },
    options.patienceMs,
    options.signal,
  );
  try {
    await Promise.race([closed, responding.then(async () => closed)]);
  } finally {
    over.abort();
    await responding;
  }
}

interface SoFar {
  readonly incidentId: string | null;
  readonly alertAt: number | null;
  readonly problems: readonly string[];
  readonly wrongOrder: boolean;
}

async function measure(world: World, soFar: SoFar): Promise<DrillReport> {
  const { state } = world.app;
  const events = soFar.incidentId === null ? [] : await state.journal.read(soFar.incidentId);
  const firstKill = events.find(
    ({ event }) =>
      event.type === 'effect.completed' && stepKind(events, event.step) === 'postgres.kill-queries',
  );
  const { placed, failed } = world.orders.latest();
  const journal = await state.journal.verify();
  return buildReport({
    ...soFar,
    events,
    threadAt: await threadOpenedAt(world),
    respawns: firstKill === undefined ? 0 : world.respawns.since(Date.parse(firstKill.at)),
    ordersPlaced: placed,
    ordersFailed: failed,
    journal: { events: journal.events, chainOk: journal.chainOk },
  });
}

function stepKind(events: readonly RecordedEvent[], step: string): string | undefined {
  for (const { event } of events) {
    if (event.type === 'run.started') return event.runbook.steps.find(({ id }) => id === step)?.kind;
  }
  return undefined;
}

const CallLog = z.array(
  z.object({ at: z.union([z.number(), z.string()]), method: z.string(), ok: z.boolean() }),
);

/** When Slack took the first message, in milliseconds since the epoch. */
async function threadOpenedAt(world: World): Promise<number | null> {
  const response = await fetch(`${world.slack.url}/_sandbox/log`);
  const calls = CallLog.parse(await response.json());
  const first = calls.find(({ method, ok }) => method === 'chat.postMessage' && ok);
  return first === undefined ? null : new Date(first.at).getTime();
}
