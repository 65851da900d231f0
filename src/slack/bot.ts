import type { Logger } from 'pino';
import type { SlackArrivals } from '../domain/access.ts';
import type { ActionClass } from '../domain/actor.ts';
import type { Incident } from '../domain/incident.ts';
import type { Secret } from '../domain/secret.ts';
import type { IncidentDesk } from '../engine/desk.ts';
import type { AuditDigests } from '../ports/audit-digests.ts';
import type { Audits } from '../ports/audits.ts';
import type { Charts } from '../ports/charts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Doctor } from '../ports/doctor.ts';
import type { Drills } from '../ports/drills.ts';
import type { HealthBoard } from '../ports/health.ts';
import type { Fetch } from '../ports/http.ts';
import type { LiveReadings } from '../ports/live.ts';
import type { OnCall } from '../ports/on-call.ts';
import type { ChatMessage, ChatMessages, Mutex } from '../ports/state.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Watchdog } from '../ports/watchdog.ts';
import type { Dispatcher } from './app/dispatcher.ts';

/** How Firebreak talks to Slack. */
export interface SlackConfig {
  /** `socket` needs the app token and no public address; `http` needs the signing secret and a port. */
  readonly mode: 'socket' | 'http';
  /** Base URL of the Web API, such as the sandbox's; null for Slack itself. */
  readonly apiUrl: string | null;
  /** Id of the channel in which incidents are shown, such as `C0123456789`. */
  readonly channel: string;
  /** `xoxb-…` */
  readonly botToken: Secret;
  /** `xapp-…`, for socket mode. */
  readonly appToken: Secret | null;
  /** For http mode. */
  readonly signingSecret: Secret | null;
  /** Address to listen on in http mode; every address when it is left out. */
  readonly host?: string;
  /** Port to listen on in http mode; 3000 when it is left out, 0 for any free port. */
  readonly port?: number;
}

/** What the Slack side logs to; a pino logger fits. */
export type SlackLogger = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export interface SlackOptions {
  /** Draws charts; left out, there are none. */
  readonly charts?: Charts;
  /** Is told of calls; left out, nobody is. */
  readonly telemetry?: Pick<Telemetry, 'call' | 'during'>;
  /** IANA name of the zone of the team, in which pictures and documents tell the time; UTC unless told. */
  readonly timeZone?: string;
  readonly config: SlackConfig;
  /** Sends the requests to Slack. */
  readonly fetch: Fetch;
  /** The way of the WebSocket to Slack, such as through a proxy; direct unless given. */
  readonly dispatcher?: Dispatcher | undefined;
  readonly desk: IncidentDesk;
  readonly live: LiveReadings;
  readonly audits: Audits;
  readonly doctor: Doctor;
  readonly board: HealthBoard;
  readonly drills: Pick<Drills, 'last' | 'recent'>;
  readonly digests: AuditDigests;
  readonly watchdog: Watchdog;
  readonly onCall: OnCall;
  readonly messages: ChatMessages;
  readonly mutex: Mutex;
  readonly logger: SlackLogger;
  readonly clock: Clock;
  /**
   * What a decision on a step of this kind permits. Decides whether Run asks to confirm; left out, every plan
   * that has targets or commands asks.
   */
  readonly actionClassOf?: (stepKind: string) => ActionClass;
}

/** How Slack is. */
export interface SlackHealth {
  /** Whether clicks and commands can arrive. */
  readonly connected: boolean;
  /** What is wrong and since when, in one sentence for people; null when nothing is. */
  readonly trouble: string | null;
  /** Since when there is trouble; null when there is none. */
  readonly since: Date | null;
  /** Incidents whose messages are not as they should be. */
  readonly waiting: number;
  /** Which messages Slack refuses again and again for what they are, in words for people; null when there are none. */
  readonly setAside: string | null;
  readonly mode: SlackConfig['mode'];
}

/** The Slack side of Firebreak: shows incidents, takes decisions. */
export interface SlackBot {
  /**
   * Checks tokens, scopes and the channel, then connects. Resolves within seconds also when Slack cannot be reached,
   * and connects by itself as soon as it can: alerts are to be taken meanwhile.
   * Throws what no waiting cures: `slack-token`, `slack-scope`, `slack-channel`, `slack-socket-mode`, `missing-secret`
   * or `port-taken`.
   */
  start(): Promise<void>;
  /** Stops intake and waits for running listeners and calls, at most this many milliseconds. */
  stop(graceMs: number): Promise<void>;
  /**
   * Puts the incident in the row of those that are to be brought in line. `busy` when it is not drawn within a moment,
   * also when Slack is in trouble: come again. Throws what the state throws, and the fault of a message that Slack
   * will not take.
   */
  render(incidentId: string, signal: AbortSignal): Promise<'done' | 'busy'>;
  /**
   * Where the first message of a new incident will stand, to be written down with its opening; null while Slack is in
   * trouble. Nothing is posted unless it is announced.
   */
  reserve(incidentId: string, channel: string | null): ChatMessage | null;
  /** The incident is durable, as it is given here: its next render need not read it. */
  announce(incident: Incident): void;
  /** A link to the first message of an incident; null while there is none, or Slack does not tell. */
  linkTo(incidentId: string): Promise<string | null>;
  health(): SlackHealth;
  /** When something of each kind arrived last. */
  arrivals(): SlackArrivals;
  /** Port that is listened on in http mode; null in socket mode and before start. */
  port(): number | null;
}
