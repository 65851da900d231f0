import { webApi } from '@slack/bolt';
import { describeError } from '../domain/errors.ts';
import { clientOptions } from './app/client-options.ts';
import { createBoltApp } from './app/create-app.ts';
import { createDualSocketReceiver } from './app/dual-socket-receiver.ts';
import { createHttpLink } from './app/http-link.ts';
import { type InFlight, within } from './app/in-flight.ts';
import type { Link } from './app/link.ts';
import { type Identity, preflight } from './app/preflight.ts';
import type { SlackBot, SlackOptions } from './bot.ts';
import { createPeople } from './listeners/people.ts';
import { createOutbox } from './outbox/outbox.ts';

/** The Slack side of Firebreak. Nothing is sent before start or the first render. */
export function createSlack(options: SlackOptions): SlackBot {
  const { config, fetch, desk, messages, mutex, logger, clock } = options;
  const client = new webApi.WebClient(config.botToken.reveal(), clientOptions(config, logger, fetch));
  const stopping = new AbortController();
  const renders = new Set<Promise<unknown>>();
  let running: { link: Link; inFlight: InFlight } | null = null;
  let checked: Promise<Identity> | null = null;
  let lastError: string | null = null;

  /** Checked once; a failed check is repeated by the next caller. */
  function identity(): Promise<Identity> {
    checked ??= preflight(client, config.channel).catch((error: unknown) => {
      checked = null;
      throw error;
    });
    return checked;
  }

  const outbox = createOutbox({
    tools: {
      client,
      messages,
      channel: config.channel,
      logger,
      botUserId: async () => (await identity()).botUserId,
      unsent: new Set(),
    },
    desk,
    mutex,
    clock,
    actionClassOf: options.actionClassOf ?? (() => null),
  });

  async function connect(): Promise<void> {
    const link =
      config.mode === 'socket'
        ? createDualSocketReceiver(config, logger, fetch)
        : createHttpLink(config, logger);
    const me = await identity();
    const people = createPeople(client, me.teamId, clock, logger);
    const context = { desk, messages, client, fetch, identity: me, people, channel: config.channel, logger };
    const { app, inFlight } = await createBoltApp(config, link, context);
    running = { link, inFlight };
    await app.start();
    logger.info({ team: me.teamName, mode: config.mode }, 'Connected to Slack');
  }

  async function disconnect(ms: number): Promise<void> {
    const { link, inFlight } = running ?? {};
    running = null;
    await within(ms, Promise.resolve(link?.stop()));
    await inFlight?.drain(ms);
  }

  /** Notes what is wrong for health, and throws it on. */
  async function noted<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      lastError = describeError(error).message;
      throw error;
    }
  }

  return {
    async start() {
      try {
        await noted(connect());
      } catch (error) {
        await disconnect(1000);
        throw error;
      }
    },
    async stop(graceMs) {
      stopping.abort(new Error('Firebreak is stopping.'));
      await Promise.all([disconnect(graceMs), within(graceMs, Promise.allSettled(renders))]);
    },
    async render(incidentId, signal) {
      const rendering = outbox.render(incidentId, AbortSignal.any([signal, stopping.signal]));
      renders.add(rendering);
      try {
        return await noted(rendering);
      } finally {
        renders.delete(rendering);
      }
    },
    health: () => ({
      connected: running?.link.connected() ?? false,
      lastError: running?.link.lastError() ?? lastError,
      mode: config.mode,
    }),
    port: () => running?.link.port() ?? null,
  };
}
