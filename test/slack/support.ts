import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { AuditDigest } from '../../src/domain/audit-digest.ts';
import type { Members } from '../../src/domain/authority.ts';
import type { ChargeCommand } from '../../src/domain/decide-charge.ts';
import type { DrillRecord } from '../../src/domain/drill-record.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Note } from '../../src/domain/note.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Silence } from '../../src/domain/silence.ts';
import type {
  Answer,
  IncidentDesk,
  IncidentView,
  Notice,
  RecentIncident,
  Recheck,
  Reply,
} from '../../src/engine/desk.ts';
import type { AlertDesk, HeldBack, SilenceRequest } from '../../src/engine/desk-alerts.ts';
import type { Charts } from '../../src/ports/charts.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Doctor } from '../../src/ports/doctor.ts';
import type { ConnectionHealth } from '../../src/ports/health.ts';
import type { Mutex } from '../../src/ports/state.ts';
import type { PolicySwitch, PolicyView, Watchdog } from '../../src/ports/watchdog.ts';
import {
  type SlackSandbox,
  type SlackSandboxOptions,
  startSlackSandbox,
} from '../../src/sandbox/slack/server.ts';
import type { SlackBot, SlackConfig, SlackLogger, SlackOptions } from '../../src/slack/bot.ts';
import { createSlack } from '../../src/slack/create-slack.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { CHANNEL } from '../support/channel.ts';
import { createMemoryMessages, createMemoryMutex } from '../support/memory-chat.ts';
import { createScriptedAudits, type ScriptedAudits } from './audit-fixtures.ts';
import { AT } from './fixtures.ts';
import { createScriptedFollowUps, type ScriptedFollowUps } from './follow-up-fixtures.ts';
import { createScriptedLive, type ScriptedLive } from './live-fixtures.ts';

/** A desk whose answers the test writes, and which keeps what it was asked. */
export interface ScriptedDesk extends IncidentDesk {
  views: Map<string, IncidentView>;
  answers: Answer[];
  reply: Reply;
  opened: string[];
  closed: string[];
  charged: ChargeCommand[];
  noted: (Note & { incidentId: string })[];
  fail: Error | null;
  /** Resolves when what is asked is durable. */
  before: () => Promise<void>;
  /** How often it was asked, answered or not. */
  asked: number;
  told: Notice[];
  recent: RecentIncident[];
  /** Why nobody may do anything, or null. */
  denied: string | null;
  postMortemsAsked: string[];
  /** What the world says of targets that somebody chose. */
  world: Recheck;
  mine: Incident[];
  /** Who stands on the lists; by default that cannot be read, so that nobody is named. */
  deciders: readonly Members[];
  alerts: ScriptedAlerts;
  followUps: ScriptedFollowUps;
}

/** Silences and held back alerts that the test writes. */
export interface ScriptedAlerts extends AlertDesk {
  asked: SilenceRequest[];
  ended: string[];
  list: Silence[];
  held: HeldBack;
  /** Why nothing is silenced, or null. */
  refusal: string | null;
}

function scriptedAlerts(): ScriptedAlerts {
  return {
    asked: [],
    ended: [],
    list: [],
    held: { undecided: [], letters: [], silenced: [], flapping: [] },
    refusal: null,
    async silences() {
      return this.list;
    },
    async silence(request) {
      if (this.refusal !== null) return { status: 'refused', message: this.refusal };
      this.asked.push(request);
      const { matchers, reason, by, minutes } = request;
      const endsAt = new Date(Date.parse(AT) + minutes * 60_000).toISOString();
      const silence = { id: 'SIL-1', matchers: [...matchers], startsAt: AT, endsAt, reason, by };
      return { status: 'silenced', silence };
    },
    async endSilence(id) {
      if (this.refusal !== null) return this.refusal;
      this.ended.push(id);
      return null;
    },
    async heldBack() {
      return this.held;
    },
    async replay() {
      return { status: 'replayed', results: [] };
    },
  };
}

export function createDesk(databases: readonly string[] = ['orders']): ScriptedDesk {
  return {
    views: new Map(),
    answers: [],
    reply: { status: 'accepted' },
    opened: [],
    closed: [],
    charged: [],
    fail: null,
    before: async () => undefined,
    asked: 0,
    told: [],
    recent: [],
    denied: null,
    postMortemsAsked: [],
    world: { status: 'same' },
    mine: [],
    deciders: [{ approver: { onCall: 'nobody' }, people: [], problem: 'not asked' }],
    alerts: scriptedAlerts(),
    followUps: createScriptedFollowUps(),
    databases,
    runbooks: [
      { id: 'pool', title: 'Connection pool exhausted', purpose: 'incident', alerts: ['PoolExhausted'] },
    ],
    noted: [],
    async note(incidentId, by, note) {
      await this.before();
      this.noted.push({ incidentId, by, ...note });
      return this.reply;
    },
    async open({ database, purpose }) {
      this.asked += 1;
      await this.before();
      this.opened.push(database);
      const status = this.opened.length === 1 ? 'opened' : 'already-open';
      return { status, incidentId: purpose === 'prevention' ? 'PREV-1' : 'INC-1' };
    },
    async answer(answer) {
      this.asked += 1;
      await this.before();
      if (this.fail !== null) throw this.fail;
      this.answers.push(answer);
      return this.reply;
    },
    async recheck() {
      return this.world;
    },
    async close(incidentId) {
      this.closed.push(incidentId);
      return this.reply;
    },
    async charge(_, command) {
      this.charged.push(command);
      return this.reply;
    },
    async writePostMortem(incidentId) {
      this.postMortemsAsked.push(incidentId);
      return this.reply;
    },
    async postMortem(incidentId, number) {
      return `# Post-mortem: ${incidentId}, version ${number}\n`;
    },
    async view(incidentId) {
      return this.views.get(incidentId) ?? null;
    },
    async listOpen() {
      return [...this.views.values()].map(({ incident }) => incident);
    },
    async listRecent(limit, database) {
      return this.recent.filter((one) => database === null || one.database === database).slice(0, limit);
    },
    async waitingFor() {
      return this.mine;
    },
    async whyNot() {
      return this.denied;
    },
    async mayDecide() {
      return this.deciders;
    },
    async notices() {
      return this.told;
    },
  };
}

const clock: Clock = {
  now: () => new Date(),
  steady: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal });
  },
};

/** Collects the sentences that are logged, but those for developers, and the fields of errors. */
function collector(log: string[], defects: unknown[]): SlackLogger {
  const collect = (fields: unknown, sentence?: unknown): void => {
    log.push(String(sentence ?? fields));
  };
  const collectError = (fields: unknown, sentence?: unknown): void => {
    collect(fields, sentence);
    defects.push(fields);
  };
  return { debug() {}, info: collect, warn: collect, error: collectError };
}

/** The sandbox with our own manifest: alice and bob of the workspace, eve of another one. */
export async function startSandbox(options: Partial<SlackSandboxOptions> = {}): Promise<SlackSandbox> {
  const sandbox = await startSlackSandbox({
    manifest: slackManifest({ mode: 'socket' }),
    users: [
      { id: 'U0ALICE', name: 'alice', realName: 'Alice Adams' },
      { id: 'U0BOB', name: 'bob', realName: 'Bob Brown' },
      { id: 'U0EVE', name: 'eve', realName: 'Eve Else', teamId: 'T0OTHER' },
      { id: 'U0GUEST', name: 'guest', realName: 'Gus Guest', isGuest: true },
    ],
    channels: [
      { id: CHANNEL, name: 'incidents', members: ['U0ALICE', 'U0BOB', 'U0EVE', 'U0GUEST'] },
      { id: 'C0RANDOM', name: 'random', members: ['U0ALICE'], botIsMember: false },
    ],
    ...options,
  });
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

export interface Rig {
  readonly sandbox: SlackSandbox;
  readonly desk: ScriptedDesk;
  readonly live: ScriptedLive;
  readonly audits: ScriptedAudits;
  /** How the connections are, for the test to write. */
  readonly digests: AuditDigest[];
  /** The rehearsals that were recorded, for the test to write. */
  readonly drills: (DrillRecord & { readonly at: string })[];
  readonly watchdog: ScriptedWatchdog;
  readonly board: ConnectionHealth[];
  readonly messages: ReturnType<typeof createMemoryMessages>;
  readonly bot: SlackBot;
  /** What was logged, sentence by sentence. */
  readonly log: readonly string[];
  /** Fields of what was logged as an error. */
  readonly defects: readonly unknown[];
  readonly mutex: Mutex;
}

/** The policies as the test writes them, and what was asked of them. */
export interface ScriptedWatchdog extends Watchdog {
  views: PolicyView[];
  readonly wishes: PolicySwitch[];
  /** Why a wish is refused, or null. */
  refusal: string | null;
}

export function createScriptedWatchdog(): ScriptedWatchdog {
  const wishes: PolicySwitch[] = [];
  return {
    views: [],
    wishes,
    refusal: null,
    async policies() {
      return this.views;
    },
    async switch(wish) {
      wishes.push(wish);
      return this.refusal;
    },
  };
}

export interface RigOptions {
  readonly mode?: SlackConfig['mode'];
  readonly config?: Partial<SlackConfig>;
  readonly sandbox?: SlackSandbox;
  readonly desk?: ScriptedDesk;
  readonly messages?: ReturnType<typeof createMemoryMessages>;
  readonly clock?: Clock;
  readonly mutex?: Mutex;
  readonly doctor?: Doctor;
  /** Draws pictures; left out, there are none. */
  readonly charts?: Charts;
  /** The way of the WebSocket to Slack; direct unless given. */
  readonly dispatcher?: SlackOptions['dispatcher'];
}

/** A bot pointed at a sandbox, not started. */
export async function createRig(options: RigOptions = {}): Promise<Rig> {
  const sandbox = options.sandbox ?? (await startSandbox());
  const desk = options.desk ?? createDesk();
  const messages = options.messages ?? createMemoryMessages();
  const config: SlackConfig = {
    mode: options.mode ?? 'socket',
    apiUrl: sandbox.apiUrl,
    channel: CHANNEL,
    botToken: new Secret(sandbox.botToken),
    appToken: new Secret(sandbox.appToken),
    signingSecret: new Secret(sandbox.signingSecret),
    host: '127.0.0.1',
    port: 0,
    ...options.config,
  };
  const log: string[] = [];
  const live = createScriptedLive();
  const audits = createScriptedAudits();
  const defects: unknown[] = [];
  const board: ConnectionHealth[] = [];
  const digests: AuditDigest[] = [];
  const drills: Rig['drills'] = [];
  const watchdog = createScriptedWatchdog();
  const mutex = options.mutex ?? createMemoryMutex();
  const bot = createSlack({
    config,
    fetch,
    dispatcher: options.dispatcher,
    desk,
    live,
    audits,
    doctor: options.doctor ?? { run: async () => ({ at: '', ok: true, results: [] }) },
    board: { list: () => board },
    drills: { last: async () => drills.at(-1) ?? null, recent: async (most) => drills.slice(-most) },
    digests: { recent: async (most) => digests.slice(-most) },
    watchdog,
    onCall: { sources: () => [], now: async () => [] },
    messages,
    mutex,
    logger: collector(log, defects),
    clock: options.clock ?? clock,
    ...(options.charts === undefined ? {} : { charts: options.charts }),
  });
  onTestFinished(() => bot.stop(1000));
  return {
    sandbox,
    desk,
    live,
    audits,
    digests,
    drills,
    watchdog,
    board,
    messages,
    bot,
    log,
    defects,
    mutex,
  };
}

/** A started bot in either mode. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const rig = await createRig(options);
  await rig.bot.start();
  if (options.mode === 'http') {
    const requestUrl = `http://127.0.0.1:${rig.bot.port()}/slack/events`;
    rig.sandbox.setDelivery({ mode: 'http', requestUrl });
  }
  return rig;
}

export const never = new AbortController().signal;

/** Renders until nothing is left, as the work queue does. */
export async function renderAll(bot: SlackBot, incidentId = 'INC-1'): Promise<void> {
  while ((await bot.render(incidentId, never)) === 'busy') await delay(50);
}
