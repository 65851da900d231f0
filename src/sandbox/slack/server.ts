import type { SandboxContext } from './context.ts';
import type { Delivery } from './delivery/delivery.ts';
import { HttpDelivery } from './delivery/http-delivery.ts';
import { SocketDelivery } from './delivery/socket-delivery.ts';
import { EventSender } from './events/event-sender.ts';
import { isLoopback } from './guard.ts';
import { createHttpServer } from './http-server.ts';
import { randomHex } from './ids.ts';
import { Clicks } from './interactivity/clicks.ts';
import { ResponseUrls } from './interactivity/response-urls.ts';
import { TriggerIds } from './interactivity/trigger-ids.ts';
import { checkManifest, type SlackManifest } from './manifest.ts';
import { Outage } from './outage.ts';
import type { Frame } from './recording/frame.ts';
import { record } from './recording/recorder.ts';
import { postDueMessages } from './scheduler.ts';
import { seededWorkspace } from './seed.ts';
import { Calls } from './web-api/calls.ts';
import { Faults } from './web-api/faults.ts';
import { RateLimits } from './web-api/rate-limits.ts';

/** How payloads reach the app: over its Socket Mode connections, or posted and signed to its request URL. */
export type DeliveryMode = { mode: 'socket' } | { mode: 'http'; requestUrl: string };

/** What a sandbox starts with. */
export interface SlackSandboxOptions {
  /** A loopback address; 127.0.0.1 unless given. */
  host?: string;
  /** 0, the default, takes any free port. */
  port?: number;
  manifest: SlackManifest;
  botToken?: string;
  appToken?: string;
  signingSecret?: string;
  users: { id: string; name: string; realName: string; teamId?: string; isGuest?: boolean }[];
  /** The bot is in each channel unless `botIsMember` is false. */
  channels: { id: string; name: string; members: string[]; botIsMember?: boolean }[];
  /** User groups; none unless given, as in a workspace that made none. */
  userGroups?: { id: string; handle: string; name: string; users: string[] }[];
  /** Milliseconds of the epoch, for message times, lifetimes and rate limits. Waiting uses real time. */
  now?: () => number;
  delivery?: DeliveryMode;
  /** How long to wait for an acknowledgement, in milliseconds; 3000 as Slack does. */
  ackTimeoutMs?: number;
  /** Milliseconds before each repetition of an event; at once, 1 minute and 5 minutes as Slack does. */
  eventRetryDelaysMs?: readonly number[];
}

/** A running stand-in for Slack. */
export interface SlackSandbox extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, also the address of its page. */
  readonly url: string;
  /** For `slackApiUrl` of the Web API client. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  /** App configuration token, by which a manifest is read. */
  readonly configToken: string;
  /** Gives the app other tokens: the ones before are `invalid_auth` from the next call on. */
  rotate(tokens: { readonly botToken?: string; readonly appToken?: string }): void;
  /** Changes the way to the app from the next payload on. */
  setDelivery(delivery: DeliveryMode): void;
  /** Tells every change of what the page shows, from now until the returned function is called. */
  record(take: (frame: Frame) => void): () => void;
  /** Closes every connection; may be called again. */
  stop(): Promise<void>;
}

const ACK_TIMEOUT_MS = 3000;
const SCHEDULER_INTERVAL_MS = 500;
const EVENT_RETRY_DELAYS_MS = [0, 60_000, 300_000];

function createDeliveries(options: SlackSandboxOptions, signingSecret: string, sockets: SocketDelivery) {
  const ackTimeoutMs = options.ackTimeoutMs ?? ACK_TIMEOUT_MS;
  let mode: DeliveryMode['mode'];
  let current: Delivery;
  const set = (next: DeliveryMode) => {
    mode = next.mode;
    current =
      next.mode === 'socket'
        ? sockets
        : new HttpDelivery({ requestUrl: next.requestUrl, signingSecret, ackTimeoutMs });
  };
  set(options.delivery ?? { mode: 'socket' });
  return { set, mode: () => mode, current: () => current };
}

function createContext(options: SlackSandboxOptions, signingSecret: string, baseUrl: () => string) {
  const now = options.now ?? Date.now;
  const manifest = checkManifest(options.manifest);
  const workspace = seededWorkspace(manifest, options, now);
  const sockets = new SocketDelivery({
    appId: workspace.bot.appId,
    ackTimeoutMs: options.ackTimeoutMs ?? ACK_TIMEOUT_MS,
    onChange: () => workspace.changes.touch(),
  });
  const deliveries = createDeliveries(options, signingSecret, sockets);
  const retryDelaysMs = options.eventRetryDelaysMs ?? EVENT_RETRY_DELAYS_MS;
  const context: SandboxContext = {
    manifest,
    botToken: options.botToken ?? `xoxb-sandbox-${randomHex(12)}`,
    appToken: options.appToken ?? `xapp-1-sandbox-${randomHex(12)}`,
    configToken: `xoxe.xoxp-sandbox-${randomHex(12)}`,
    workspace,
    triggers: new TriggerIds(now),
    responseUrls: new ResponseUrls(now, baseUrl),
    clicks: new Clicks(),
    sockets,
    tickets: new Set(),
    events: new EventSender({ workspace, manifest, delivery: deliveries.current, retryDelaysMs }),
    faults: new Faults(),
    outage: new Outage(),
    rateLimits: new RateLimits(now),
    calls: new Calls(),
    delivery: deliveries.current,
    mode: deliveries.mode,
    baseUrl,
  };
  return { context, deliveries };
}

/**
 * Starts a stand-in for Slack on this machine. Throws when the manifest is not usable, when the host is not a
 * loopback address, or when the port is taken.
 */
export async function startSlackSandbox(options: SlackSandboxOptions): Promise<SlackSandbox> {
  const host = options.host ?? '127.0.0.1';
  if (!isLoopback(host)) {
    throw new Error(
      `The Slack sandbox has no login, so it only listens on loopback. Use 127.0.0.1, not ${host}.`,
    );
  }
  const signingSecret = options.signingSecret ?? randomHex(16);
  let url = '';
  const { context, deliveries } = createContext(options, signingSecret, () => url);
  const http = createHttpServer(context);
  const port = await listen(http.server, options.port ?? 0, host);
  url = `http://${host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host}:${port}`;
  const scheduler = setInterval(() => postDueMessages(context), SCHEDULER_INTERVAL_MS);
  const stop = async () => {
    clearInterval(scheduler);
    context.events.stop();
    if (http.server.listening) await http.close();
  };
  return {
    url,
    apiUrl: `${url}/api/`,
    botToken: context.botToken,
    appToken: context.appToken,
    signingSecret,
    configToken: context.configToken,
    rotate: ({ botToken = context.botToken, appToken = context.appToken }) => {
      context.botToken = botToken;
      context.appToken = appToken;
    },
    setDelivery: (delivery) => {
      deliveries.set(delivery);
      context.workspace.changes.touch();
    },
    record: (take) => record(context, take),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function listen(
  server: ReturnType<typeof createHttpServer>['server'],
  port: number,
  host: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host.replace(/[[\]]/g, ''), () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
