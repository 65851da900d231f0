import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { createCharts } from './adapters/charts/create-charts.ts';
import { createOutgoing } from './adapters/http/outgoing.ts';
import { createOnCall } from './adapters/oncall/on-call.ts';
import { createPager } from './adapters/oncall/pager.ts';
import { openState } from './adapters/state/open-state.ts';
import { createTelemetry } from './adapters/telemetry/create-telemetry.ts';
import { noTelemetry } from './adapters/telemetry/no-telemetry.ts';
import { createAudits } from './audits/create-audits.ts';
import { missingGuardrails } from './audits/factors.ts';
import { readSuspensions } from './audits/read-suspensions.ts';
import { loadAudits } from './audits/registry.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config/config.ts';
import { abortable } from './domain/abortable.ts';
import type { ActionClass } from './domain/actor.ts';
import type { Alert } from './domain/alert.ts';
import { type FirebreakError, loggableError } from './domain/errors.ts';
import type { ReminderTargets } from './domain/reminder.ts';
import { alertTraceId } from './domain/trace-id.ts';
import { createAdvance } from './engine/advance.ts';
import { createAuditDigests } from './engine/audit-digests.ts';
import type { IncidentDesk } from './engine/desk.ts';
import { createDesk } from './engine/desk-service.ts';
import { createDrills } from './engine/drills.ts';
import { keepAudits } from './engine/keep-audits.ts';
import { keepFollowUps } from './engine/keep-follow-ups.ts';
import { keepRetention } from './engine/keep-retention.ts';
import { createLedger } from './engine/ledger.ts';
import { keepLookout } from './engine/lookout.ts';
import type { EngineOptions } from './engine/options.ts';
import { recheckTargets } from './engine/recheck-targets.ts';
import { createRemind } from './engine/remind.ts';
import { warnOfUnreadable } from './engine/warn-of-unreadable.ts';
import { createHealthBoard } from './health/board.ts';
import { keepLooking, watched } from './health/watch.ts';
import { scrapeReadings } from './http/scrape-readings.ts';
import { startHttp } from './http/start-http.ts';
import { openAtOnce } from './intake/open-at-once.ts';
import { readLetter } from './intake/read-letter.ts';
import { createSettle } from './intake/settle.ts';
import { createLiveReadings } from './live/live-readings.ts';
import type { Audits } from './ports/audits.ts';
import type { State, WorkHandler, WorkKind } from './ports/state.ts';
import type { Telemetry } from './ports/telemetry.ts';
import { loadConfiguredRunbooks } from './runbooks/configured-runbooks.ts';
import { createSlackApprovers } from './slack/approvers/create-approvers.ts';
import type { SlackBot, SlackHealth } from './slack/bot.ts';
import { createSlack } from './slack/create-slack.ts';
import { loadStepKinds } from './steps/registry.ts';
import { VERSION } from './version.ts';
import { keepWatchdog } from './watchdog/keep.ts';
import { createWatchdog } from './watchdog/switches.ts';
import { configuredDoctor } from './wiring/configured-doctor.ts';
import { createImpact } from './wiring/impact-questions.ts';
import { knownOf, setupOf } from './wiring/known-hosts.ts';
import { measured, measuredPorts } from './wiring/measured-ports.ts';
import { openGate } from './wiring/open-gate.ts';
import { guardOf, openPorts } from './wiring/open-ports.ts';
import { provideStateUrl, statePassword } from './wiring/state-url.ts';

/** Milliseconds that running work has to end when Firebreak stops; all of stopping stays below the 30 s that Kubernetes gives. */
const GRACE_MS = 10_000;
/** Milliseconds that answers to people in Slack have to get out; their work has ended before. */
const SLACK_GRACE_MS = 3_000;
/** Milliseconds after which a request that still runs is cut. */
const CUT_MS = 500;
const NEVER = new AbortController().signal;

/** A running Firebreak. */
export interface App extends Engine {
  /** Where alerts and health checks come in, such as `http://127.0.0.1:8080`. */
  readonly httpUrl: string;
}

/** What carries incidents out, with or without a door for alerts. */
export interface Engine extends AsyncDisposable {
  readonly desk: IncidentDesk;
  readonly state: State;
  readonly audits: Audits;
  /** Names this start of this process: in the journal, in the log of the other replicas, in pg_stat_activity. */
  readonly instance: string;
  /** Resolves when this version can no longer read the state and has to end, as a newer one has taken over. */
  readonly outdated: Promise<FirebreakError>;
  /** What a decision on a step of this kind permits. */
  readonly actionClassOf: (stepKind: string) => ActionClass;
  slackHealth(): SlackHealth;
  /** Stops taking work, lets running work end, closes everything. A second call waits for the first. */
  stop(): Promise<void>;
}

/**
 * Builds Firebreak from its configuration and starts it: the one place where adapters meet.
 * What was started is stopped again when a later part fails, or when the signal aborts meanwhile, with whose reason it
 * rejects then. Throws FirebreakError.
 */
export async function startApp(config: Config, logger: Logger, stopped = NEVER): Promise<App> {
  return await start(config, logger, { serving: true, stopped });
}

/**
 * The same for a person at a terminal: it takes no alerts, and goes on without Slack whatever is wrong there.
 * Throws FirebreakError, `state-busy` when another Firebreak holds the embedded state.
 */
export async function startEngine(config: Config, logger: Logger): Promise<Engine> {
  return await start(config, logger, { serving: false, stopped: NEVER });
}

async function start(
  config: Config,
  logger: Logger,
  { serving, stopped }: { serving: boolean; stopped: AbortSignal },
): Promise<App> {
  await using started = new AsyncDisposableStack();
  const clock = systemClock;
  const instance = `${hostname()}-${randomUUID().slice(0, 8)}`;
  const outdated = Promise.withResolvers<FirebreakError>();
  const kinds = await loadStepKinds();
  const runbooks = await loadConfiguredRunbooks(config, kinds);

  const telemetry = serving ? await watchingTelemetry(config, logger) : noTelemetry;
  started.defer(async () => telemetry.stop());
  const stateUrl = await provideStateUrl(config.state, started, logger, stopped);
  const address = { url: stateUrl, password: statePassword(config.state) };
  const opened = await abortable(openState({ ...address, logger, instance }), stopped);
  started.defer(async () => opened.stop());
  const state: State = {
    ...opened,
    journal: measured(opened.journal, telemetry, 'state', ['append', 'appendAll']),
    alerts: measured(opened.alerts, telemetry, 'state', ['store']),
  };
  await state.presence.join({ version: VERSION, onOutdated: outdated.resolve });
  const outgoing = createOutgoing();
  started.defer(async () => outgoing.close(CUT_MS));
  const systems = measuredPorts(
    await abortable(openPorts(config, started, { logger, fetch: outgoing.fetch }), stopped),
    telemetry,
  );
  const { databases, poolers, cluster } = systems;
  const checks = await loadAudits();
  const audits = createAudits(
    { ...systems, suspensions: async () => readSuspensions(state) },
    {
      audits: checks,
      policy: config.audits,
      known: (database) => knownOf(config, database),
      clock,
    },
  );
  const ports = { ...systems, audits };

  const looks = [
    watched({ system: 'state', name: 'journal and queue' }, async () => state.incidents.list(1), clock),
    ...config.databases.flatMap(({ name, prometheus }) =>
      prometheus === null
        ? []
        : [watched({ system: 'prometheus', name }, async () => ports.metrics.cpu(name, NEVER), clock)],
    ),
  ];
  const services = { fetch: outgoing.fetch, clock };
  const onCall = createOnCall(config.onCall, services);
  const pager = createPager(config.paging, services);
  const board = createHealthBoard({
    connections: [
      () => databases.connections(),
      () => poolers.connections(),
      () => (cluster === null ? [] : [cluster.connection()]),
      ...looks.map(({ health }) => () => [health()]),
    ],
    slack: () => slack.health(),
    clock,
  });
  const ledger = createLedger(state, logger, telemetry.recorded);
  const { authority, decisionRules: rules } = config;
  const approvers = createSlackApprovers({ ...services, config: config.slack, onCall, logger });
  const engine: EngineOptions = {
    state,
    ledger,
    kinds,
    ports,
    runbooks,
    authority,
    rules,
    approvers,
    guard: guardOf(config),
    setupOf: (name) => setupOf(config, name),
    telemetry,
    clock,
    logger,
    instance,
    timeZone: config.timeZone,
    records: {
      impact: createImpact(config.databases, outgoing.fetch),
      factors: async (database, signal) => missingGuardrails(audits, database, signal),
    },
  };
  const desk = createDesk({
    ...engine,
    readLetter: (letter) => readLetter(config.sources, letter),
    auditNames: checks.map(({ id }) => id),
    recheck: async (incident, targets, signal) => recheckTargets(engine, incident, targets, signal),
  });
  const actionClassOf = (kind: string): ActionClass => kinds.get(kind)?.actionClass ?? 'incident';
  const doctor = await configuredDoctor(config, {
    ...services,
    ...ports,
    cluster: () => cluster,
    onCall,
    pager,
    stateUrl: async () => stateUrl,
    slack: { arrivals: () => slack.arrivals(), configToken: null, click: null },
    logger,
  });
  const slack: SlackBot = createSlack({
    config: config.slack,
    fetch: outgoing.fetch,
    dispatcher: outgoing.dispatcher,
    desk,
    live: createLiveReadings(ports),
    audits,
    doctor,
    board,
    drills: createDrills(state.journal),
    digests: createAuditDigests(state.journal),
    watchdog: createWatchdog({ policies: config.watchdogPolicies, state, authority, rules, approvers }),
    onCall,
    messages: state.messages,
    mutex: state.mutex,
    logger,
    clock,
    actionClassOf,
    charts: createCharts(),
    telemetry,
    timeZone: config.timeZone,
  });

  const { queue } = state;
  const handle = (kind: WorkKind, handler: WorkHandler): void =>
    queue.handle(kind, async (...item) => telemetry.work(kind, async () => handler(...item)));
  const deciding = { runbooks, databases: databases.list(), policy: config.alertPolicy };
  handle('intake', createSettle({ state, ledger, ...deciding }));
  handle('advance', createAdvance(engine));
  handle('render', async (incidentId, signal) => slack.render(incidentId, signal));
  handle(
    'remind',
    createRemind({
      ...engine,
      onCall,
      pager,
      targetsOf: reminderTargetsOf(config),
      linkTo: async (incidentId) => slack.linkTo(incidentId),
      now: async () => state.now(),
    }),
  );
  started.defer(async () => slack.stop(SLACK_GRACE_MS));
  await abortable(slack.start(), stopped).catch((error: unknown) => {
    if (serving || stopped.aborted) throw error;
    logger.warn({ err: loggableError(error) }, 'Slack cannot be used; incidents go on without it');
  });
  void warnOfUnreadable({ authority, rules, approvers, logger });
  let stopping: Promise<void> | undefined;
  const openings = openAtOnce({ ...deciding, announcer: slack, recorded: telemetry.recorded });
  const door = serving
    ? await startHttp(config, {
        state,
        store: async (alerts) => {
          const stored = await state.alerts.store(alerts, stopping === undefined ? openings : undefined);
          logger.info({ ...stored, alerts: alerts.map(alertFields) }, 'Alerts stored');
          return stored;
        },
        fetch: outgoing.fetch,
        slack,
        board,
        telemetry,
        readings: async () => scrapeReadings(state, desk),
        openIncidents: async () => desk.listOpen(),
        gate: openGate(config, state.explanations, (error) =>
          logger.warn({ err: loggableError(error) }, 'a verdict of the cost gate could not be recorded'),
        ),
        clock,
        logger,
        isStopping: () => stopping !== undefined,
      })
    : null;
  started.defer(async () => door?.close());
  await queue.start();
  started.defer(async () => {
    await Promise.all([state.presence.leave(), queue.stop(GRACE_MS)]);
  });
  started.use(keepLookout(engine));
  started.use(keepLooking([...looks.map(({ look }) => look), async () => cluster?.answers(NEVER)], clock));
  if (serving) {
    const names = config.databases.map(({ name }) => name);
    const kept = { state, audits, databases: names, clock, logger };
    started.use(keepAudits({ ...kept, schedule: config.auditSchedule }));
    started.use(keepFollowUps({ ...kept, schedule: config.followUpSchedule, timeZone: config.timeZone }));
  }
  if (serving) started.use(keepWatchdog({ ...engine, policies: config.watchdogPolicies }));
  started.use(keepRetention({ state, policy: config.state.retention, clock, logger }));

  const running = started.move();
  const stop = async () => (stopping ??= running.disposeAsync());
  return {
    httpUrl: door?.url ?? '',
    desk,
    state,
    audits,
    instance,
    outdated: outdated.promise,
    actionClassOf,
    slackHealth: () => slack.health(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Metrics and traces of a Firebreak that serves. */
async function watchingTelemetry(config: Config, logger: Logger): Promise<Telemetry> {
  return await createTelemetry({
    version: VERSION,
    sources: config.sources.map(({ name }) => name),
    databases: config.databases.map(({ name }) => name),
    logger,
    traced: config.traced,
  });
}

/** What the log says of a stored alert: enough to find it at its sender, and everything that it led to. */
function alertFields(alert: Alert): object {
  const { source, name, status, fingerprint } = alert;
  return { traceId: alertTraceId(alert), source, name, status, fingerprint };
}

/** Whom reminders reach, by database; of one that is no longer configured only the thread and the channel. */
function reminderTargetsOf({ databases }: Config): (database: string) => ReminderTargets {
  const nobody: ReminderTargets = { group: null, onCall: null, pager: null };
  return (name) => databases.find((database) => database.name === name)?.reminders ?? nobody;
}
