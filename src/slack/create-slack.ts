import { webApi } from '@slack/bolt';
import { clientOptions } from './app/client-options.ts';
import { createConnection } from './app/connection.ts';
import { within } from './app/in-flight.ts';
import { type Identity, preflight } from './app/preflight.ts';
import { presentToken } from './app/present-token.ts';
import { followSlackClock } from './app/slack-clock.ts';
import { WatchedClient } from './app/watched-client.ts';
import type { SlackBot, SlackOptions } from './bot.ts';
import { createArrivals } from './doctor/arrivals.ts';
import { createClerk } from './documents/clerk.ts';
import { createHealth } from './health/health.ts';
import { startHeartbeat } from './health/heartbeat.ts';
import { watchHealth } from './health/watch.ts';
import { type Meanwhile, setAsideWords, whatIsWrong } from './health/words.ts';
import { createHome } from './home/home.ts';
import { createPeople } from './listeners/people.ts';
import { permalink } from './listeners/permalink.ts';
import { createOutbox, type Outbox } from './outbox/outbox.ts';
import { createRoster } from './outbox/roster.ts';
import { createSearches } from './outbox/searches.ts';
import { createSetAside } from './outbox/set-aside.ts';
import { createIllustrator } from './pictures/illustrator.ts';

/** The Slack side of Firebreak. Nothing is sent before start or the first render. */
export function createSlack(options: SlackOptions): SlackBot {
  const { config, fetch, desk, live, audits, doctor, watchdog, messages, mutex, logger, clock } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const health = createHealth(clock);
  const arrivals = createArrivals(() => clock.now());
  const { telemetry } = options;
  const bot = presentToken(config.botToken, fetch);
  const slack = followSlackClock(clock, bot.fetch);
  const clientSettings = () => clientOptions(config, logger, slack.fetch);
  const client = new WatchedClient(bot.token, clientSettings(), health, telemetry);
  let checked: Promise<Identity> | null = null;
  let workspaceUrl: string | null = null;

  /** Checks token, scopes and channel. */
  async function check(): Promise<Identity> {
    const checking = preflight(client, config.channel);
    checked = checking;
    try {
      const me = await checking;
      workspaceUrl = me.url;
      return me;
    } catch (error) {
      if (checked === checking) checked = null;
      throw error;
    }
  }

  /** Checked once; a failed check is repeated by the next caller. */
  const identity = (): Promise<Identity> => checked ?? check();

  // A client of its own: a file that is not taken says nothing about messages, and holds none back.
  const fileClient = new webApi.WebClient(bot.token, clientSettings());
  const files = { client: fileClient, fetch, messages, mutex, clock, logger, signal };
  const { charts } = options;
  const illustrator = charts === undefined ? null : createIllustrator({ ...files, charts });
  const clerk = createClerk({ ...files, desk, identity });

  const setAside = createSetAside(clock);
  const outbox: Outbox = createOutbox({
    tools: {
      client,
      messages,
      channel: config.channel,
      logger,
      clock: slack.clock,
      botUserId: async () => (await identity()).botUserId,
      workspaceUrl: () => workspaceUrl,
      unsent: new Set(),
      unusable: new Set(),
      searches: createSearches({ own: clock, slack: slack.clock }),
      setAside,
      pictureRefused: (fileId, incidentId) => illustrator?.refused(fileId, () => outbox.redraw(incidentId)),
    },
    illustrator,
    clerk,
    roster: createRoster({ desk, clock }),
    timeZone: options.timeZone ?? 'UTC',
    telemetry,
    desk,
    digests: options.digests,
    watchdog,
    mutex,
    clock,
    health,
    actionClassOf: options.actionClassOf ?? (() => null),
    signal,
  });

  const home = createHome({ ...options, client, isOpen: () => health.isOpen(), signal });

  const connection = createConnection({
    config,
    fetch,
    dispatcher: options.dispatcher,
    logger,
    clock,
    health,
    signal,
    identity,
    contextOf: (me) => {
      const people = createPeople(client, me.teamId, clock, logger);
      const { channel } = config;
      const { drills, timeZone = 'UTC' } = options;
      const shown = { desk, live, audits, doctor, watchdog, drills, home, messages };
      const drawn = { charts: charts ?? null, timeZone };
      return { ...shown, ...drawn, arrivals, client, fetch, identity: me, people, channel, clock, logger };
    },
  });

  async function meanwhile(): Promise<Meanwhile> {
    const openIncidents = await desk.listOpen().then(
      (open) => open.filter(({ purpose }) => purpose === 'incident').length,
      () => null,
    );
    return { openIncidents, waiting: outbox.waiting() };
  }

  watchHealth({ health, check, meanwhile, clock, logger, signal });

  return {
    async start() {
      startHeartbeat({
        health,
        check: async () => preflight(client, config.channel),
        clock,
        logger,
        signal,
      });
      await connection.start();
    },
    async stop(graceMs) {
      stopping.abort(new Error('Firebreak is stopping.'));
      await Promise.all([
        connection.stop(graceMs),
        within(graceMs, outbox.settled()),
        within(graceMs, Promise.all([illustrator?.settled(), clerk.settled()])),
      ]);
    },
    render: (incidentId, renderSignal) => outbox.render(incidentId, renderSignal),
    reserve: (incidentId, channel) => outbox.reserve(incidentId, channel),
    announce: (incident) => outbox.announce(incident),
    linkTo: (incidentId) => permalink({ messages, client }, incidentId),
    health() {
      const trouble = health.trouble();
      const awayMs = trouble === null ? 0 : clock.now().getTime() - trouble.since.getTime();
      return {
        connected: connection.connected(),
        trouble: trouble === null ? null : whatIsWrong(trouble, awayMs),
        since: trouble?.since ?? null,
        waiting: outbox.waiting(),
        setAside: setAsideWords(setAside.list()),
        mode: config.mode,
      };
    },
    arrivals: () => arrivals.read(),
    port: () => connection.port(),
  };
}
