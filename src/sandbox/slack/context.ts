import type { Delivery } from './delivery/delivery.ts';
import type { SocketDelivery } from './delivery/socket-delivery.ts';
import type { EventSender } from './events/event-sender.ts';
import type { Clicks } from './interactivity/clicks.ts';
import type { ResponseUrls } from './interactivity/response-urls.ts';
import type { TriggerIds } from './interactivity/trigger-ids.ts';
import type { CheckedManifest } from './manifest.ts';
import type { Outage } from './outage.ts';
import type { Calls } from './web-api/calls.ts';
import type { Faults } from './web-api/faults.ts';
import type { RateLimits } from './web-api/rate-limits.ts';
import type { Workspace } from './workspace/workspace.ts';

/** The parts of a running sandbox that its request handlers share. */
export interface SandboxContext {
  manifest: CheckedManifest;
  botToken: string;
  appToken: string;
  configToken: string;
  workspace: Workspace;
  triggers: TriggerIds;
  responseUrls: ResponseUrls;
  clicks: Clicks;
  /** Accepts Socket Mode connections, in either mode of delivery. */
  sockets: SocketDelivery;
  /** Tickets of `apps.connections.open` that no connection has used yet. */
  tickets: Set<string>;
  events: EventSender;
  faults: Faults;
  outage: Outage;
  rateLimits: RateLimits;
  calls: Calls;
  /** The way to the app that is in use now. */
  delivery(): Delivery;
  mode(): 'socket' | 'http';
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  baseUrl(): string;
}
