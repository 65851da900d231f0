import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { describeError, FirebreakError } from '../domain/errors.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { loadStepKinds } from '../steps/registry.ts';
import { startDecoys } from './decoys/start-decoys.ts';
import { FIREBREAK_ROLE, type StageFirebreak, startFirebreakOn } from './firebreak-of-stage.ts';
import { beginAudit } from './judge/audit.ts';
import { type Judgement, judge } from './judge/judge.ts';
import { openPage } from './open-page.ts';
import { respond } from './responder.ts';
import type { Scenario } from './scenario.ts';
import type { Shape } from './shape.ts';
import type { Ground } from './stage/ground.ts';
import { setStage } from './stage/set-stage.ts';
import type { Stage } from './stage/stage.ts';
import { tell } from './tell.ts';
import { until } from './until.ts';
import { alertmanagerNotification } from './victim/alertmanager-notification.ts';
import { deliver } from './victim/webhook-sender.ts';

export interface ScenarioOptions {
  readonly ground: Ground;
  readonly logger: Logger;
  readonly say: (line: string) => void;
  readonly slackPort: number;
  /** File into which the incident channel is recorded. */
  readonly recordTo?: string;
  /** Opens the page in a browser. */
  readonly open: boolean;
  /** Null: a person clicks. */
  readonly responder: { readonly thinkMs: number } | null;
  /** Milliseconds from the alert after which it is given up. */
  readonly patienceMs: number;
  /** Called when it was judged, while everything still stands: the address of the page, null when there never was one. */
  readonly judged: (judgement: Judgement, page: string | null) => Promise<void>;
  readonly signal: AbortSignal;
}

const SYMPTOM_WITHIN_MS = 30_000;
const HOLDS_MS = 4_000;
const LOOK_MS = 250;
/** How long after the end of the incident the symptom may take to be gone; PgBouncer logs in again late. */
const GONE_WITHIN_MS = 15_000;

/** Plays one scenario in one shape on fresh servers, lets the incident be handled, judges it, and cleans up. */
export async function runScenario(
  scenario: Scenario,
  shape: Shape,
  options: ScenarioOptions,
): Promise<Judgement> {
  const { ground, say, signal } = options;
  const startedAt = Date.now();
  await using parts = new AsyncDisposableStack();
  const directory = await mkdtemp(join(ground.directory, `${scenario.id}-`));
  parts.defer(async () => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const stage = parts.use(await setStage({ scenario, shape, ground, directory, signal, say }));
  await scenario.prepare?.(stage);
  const decoys = await startDecoys(scenario, stage);
  const firebreak = parts.use(await startFirebreakOn(stage, { ...options, directory }));
  const audit = await beginAudit(stage, { expected: scenario.expected(shape), decoys, own: FIREBREAK_ROLE });
  await scenario.provoke(stage);
  const symptom = await untilSymptom(scenario, stage);
  say(`  ${symptom ?? 'nothing is wrong, the alert is stale'}`);
  await audit.alertFires();
  const incident = await sendAlert(scenario, stage, firebreak);
  const page = `${firebreak.slack.url}/?follow=1`;
  await showPage(page, options);
  const events = await untilClosed(firebreak, incident, options);
  const left = await whatIsLeft(scenario, stage);
  const harm = await audit.harm();
  const kinds = await loadStepKinds();
  const reading = new Set(
    [...kinds.values()].filter(({ actionClass }) => actionClass === 'observe').map(({ kind }) => kind),
  );
  const tookMs = Date.now() - startedAt;
  const judgement = judge({ scenario, shape, events, symptom, left, harm, reading, tookMs });
  await options.judged(judgement, page);
  return judgement;
}

async function showPage(url: string, { open, responder, say }: ScenarioOptions): Promise<void> {
  if (responder === null) say(`  It is yours: open ${url}`);
  if (!open) return;
  await openPage(url).catch((error: unknown) => {
    const { message, hint } = describeError(error);
    say(`${message} ${hint}`);
  });
}

/** Waits until the symptom has held for as long as the alert's rule asks. @throws FirebreakError `drill-symptom`. */
async function untilSymptom(scenario: Scenario, stage: Stage): Promise<string | null> {
  if (scenario.symptom === undefined) return null;
  const { symptomWithinMs = SYMPTOM_WITHIN_MS, holdsMs = HOLDS_MS } = scenario.needs;
  const end = Date.now() + symptomWithinMs + holdsMs;
  let since: number | null = null;
  while (Date.now() < end) {
    const seen = await scenario.symptom(stage);
    since = seen === null ? null : (since ?? Date.now());
    if (seen !== null && since !== null && Date.now() - since >= holdsMs) return seen;
    await delay(LOOK_MS, undefined, { signal: stage.signal });
  }
  throw new FirebreakError(
    'drill-symptom',
    `The symptom of ${scenario.id} did not hold for ${holdsMs / 1000} s within ${symptomWithinMs / 1000} s.`,
    { hint: 'This machine may be too slow, too fast or too busy for it: try again, or another --shape.' },
  );
}

/** Sends the alert as Alertmanager does; the id of the incident that it opens. */
async function sendAlert(scenario: Scenario, { shape, signal }: Stage, { app, webhook }: StageFirebreak) {
  const { names } = shape;
  const alert = {
    labels: {
      alertname: scenario.alert,
      database: names.monitored,
      service: names.service,
      severity: 'critical',
    },
    annotations: { summary: `${names.service}: ${scenario.alert}` },
    startsAt: new Date(),
    endsAt: undefined,
    externalUrl: 'http://monitoring.internal',
  };
  await deliver(webhook, alertmanagerNotification(alert), { signal });
  let id: string | undefined;
  await until(
    async () => {
      id = (await app.state.incidents.list(1))[0]?.id;
      return id !== undefined;
    },
    15_000,
    signal,
  );
  if (id === undefined) {
    throw new FirebreakError('drill-symptom', `The alert ${scenario.alert} opened no incident.`, {
      hint: 'Is it listed under `alerts` of a runbook?',
    });
  }
  return id;
}

/** Follows the incident until it is closed, aborted, or patience ends; its events. */
async function untilClosed(
  { app, slack }: StageFirebreak,
  incident: string,
  options: ScenarioOptions,
): Promise<RecordedEvent[]> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const responding =
    options.responder === null
      ? Promise.resolve()
      : respond({
          slackUrl: slack.url,
          ...options.responder,
          wrongOrder: false,
          unproposed: 'skip',
          stuck: 'retry',
          onClick: () => undefined,
          signal,
        });
  let events: RecordedEvent[] = [];
  let told = 0;
  try {
    await until(
      async () => {
        events = [...(await app.state.journal.read(incident))];
        for (const { event } of events.slice(told)) tell(event, options.say);
        told = events.length;
        return events.some(({ event }) => event.type === 'incident.closed' || event.type === 'run.aborted');
      },
      options.patienceMs,
      options.signal,
    );
  } finally {
    over.abort();
    await responding.catch((error: unknown) => options.say(`  ${describeError(error).message}`));
  }
  return events;
}

/** What is still wrong some time after the incident was closed, or null. */
async function whatIsLeft(scenario: Scenario, stage: Stage): Promise<string | null> {
  let left: string | null = null;
  await until(
    async () => {
      left = (await scenario.symptom?.(stage)) ?? null;
      return left === null;
    },
    GONE_WITHIN_MS,
    stage.signal,
  );
  return left;
}
