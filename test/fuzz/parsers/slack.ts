import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '@slack/bolt';
import { webApi } from '@slack/bolt';
import fc from 'fast-check';
import { pino } from 'pino';
import { z } from 'zod';
import { Secret } from '../../../src/domain/secret.ts';
import type { IncidentDesk } from '../../../src/engine/desk.ts';
import { createBoltApp } from '../../../src/slack/app/create-app.ts';
import { actionIds } from '../../../src/slack/blocks/action-ids.ts';
import { viewIds } from '../../../src/slack/blocks/view-ids.ts';
import { createArrivals } from '../../../src/slack/doctor/arrivals.ts';
import type { ListenerContext } from '../../../src/slack/listeners/context.ts';
import { createPeople } from '../../../src/slack/listeners/people.ts';
import { createScriptedAudits } from '../../slack/audit-fixtures.ts';
import { attempt, view } from '../../slack/fixtures.ts';
import { createScriptedLive } from '../../slack/live-fixtures.ts';
import { createDesk, createScriptedWatchdog, type ScriptedDesk } from '../../slack/support.ts';
import { CHANNEL } from '../../support/channel.ts';
import { createMemoryMessages } from '../../support/memory-chat.ts';
import { changedData } from '../mutate.ts';
import { defineParser, demand } from '../parser.ts';

type Payload = Readonly<Record<string, unknown>>;
const TEAM = 'T0SANDBOX';
/** What Slack sent to Firebreak in the sandbox: clicks, modals, commands, shortcuts, events. */
const recorded = z
  .array(z.record(z.string(), z.unknown()))
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../slack/payloads.json'), 'utf8')));

const families: readonly (readonly [string, (payload: Payload) => boolean])[] = [
  ['click', ({ type }) => type === 'block_actions'],
  ['modal', ({ type }) => type === 'view_submission'],
  ['command', ({ command }) => command !== undefined],
  ['shortcut', ({ type }) => type === 'shortcut' || type === 'message_action'],
  ['event', ({ type }) => type === 'event_callback'],
];

/** What Slack delivers, through Bolt and the real listeners: each is acknowledged, and nobody decides but who clicked. */
export const slackParsers = families.map(([name, isOf]) =>
  defineParser<Payload>({
    name: `slack:${name}`,
    share: name === 'command' ? 6 : 10,
    async open() {
      const payloads = recorded.filter(isOf);
      demand(payloads.length > 0, `No ${name} is recorded.`);
      const stand = await openStand();
      const anyName = fc.constantFrom(...Object.values(actionIds), ...Object.values(viewIds));
      const renamed = fc
        .tuple(fc.constantFrom(...payloads), anyName)
        .map(([payload, id]) => withName(payload, id));
      const inputs = fc.oneof(
        { weight: 1, arbitrary: fc.constantFrom(...payloads) },
        { weight: 5, arbitrary: fc.oneof(...payloads.map(changed)) },
        { weight: 2, arbitrary: renamed },
        { weight: 2, arbitrary: renamed.chain(changed) },
      );
      return { inputs, check: async (payload) => handled(stand, payload) };
    },
  }),
);

/** With other values inside; Slack sends no payload that is no object. */
function changed(payload: Payload): fc.Arbitrary<Payload> {
  return changedData(payload).filter(isPayload);
}

function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same, as if it came from another button or modal. */
function withName(payload: Payload, id: string): Payload {
  const { actions, view: shown } = payload;
  if (Array.isArray(actions))
    return { ...payload, actions: actions.map((one: object) => ({ ...one, action_id: id })) };
  if (typeof shown === 'object') return { ...payload, view: { ...shown, callback_id: id } };
  return { ...payload, callback_id: id };
}

interface Stand {
  readonly app: App;
  readonly desk: ScriptedDesk;
  /** Errors that were logged. */
  readonly errors: unknown[];
}

async function openStand(): Promise<Stand> {
  const desk = createDesk(['billing', 'orders']);
  desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  const errors: unknown[] = [];
  const logger = pino({ level: 'silent' });
  logger.error = (fields: unknown) => errors.push(fields);
  const config = {
    mode: 'http',
    apiUrl: null,
    channel: CHANNEL,
    botToken: new Secret('xoxb-1'),
    appToken: null,
    signingSecret: new Secret('s'),
  } as const;
  const client = new webApi.WebClient('xoxb-1', { fetch: answerAsSlack, retryConfig: { retries: 0 } });
  const clock = { now: () => new Date(), steady: () => performance.now(), sleep: async () => undefined };
  const context: ListenerContext = {
    desk,
    live: createScriptedLive(),
    audits: createScriptedAudits(),
    doctor: { run: async () => ({ at: '', ok: true, results: [] }) },
    watchdog: createScriptedWatchdog(),
    clock,
    arrivals: createArrivals(() => new Date()),
    home: { opened: async () => undefined },
    drills: { recent: async () => [] },
    charts: null,
    timeZone: 'UTC',
    messages: createMemoryMessages(),
    client,
    fetch: answerAsSlack,
    identity: { teamId: TEAM, teamName: 'sandbox', botId: 'B0SANDBOX', botUserId: 'U0SANDBOXBOT', url: null },
    people: createPeople(client, TEAM, clock, logger),
    channel: CHANNEL,
    logger,
  };
  const link = {
    init() {},
    start: async () => undefined,
    stop: async () => undefined,
    connected: () => true,
    hurry() {},
    port: () => null,
  };
  const { app } = await createBoltApp(config, link, context);
  return { app, desk, errors };
}

/** Slack's Web API, which takes everything and knows two people of this workspace and one of another. */
async function answerAsSlack(url: string | URL, init?: RequestInit): Promise<Response> {
  const body = typeof init?.body === 'string' ? init.body : '';
  const user = new URLSearchParams(body).get('user');
  const isHere = user === 'U0ALICE' || user === 'U0BOB';
  const answer =
    String(url).endsWith('users.info') && !isHere
      ? { ok: false, error: 'user_not_found' }
      : {
          ok: true,
          ts: '1.1',
          channel: CHANNEL,
          user: { id: user, team_id: TEAM, name: user },
          view: { id: 'V1', hash: 'h' },
        };
  return Response.json(answer);
}

const Who = z.object({
  user: z.object({ id: z.string() }).optional().catch(undefined),
  user_id: z.string().optional().catch(undefined),
  event: z.object({ user: z.string() }).optional().catch(undefined),
});

async function handled({ app, desk, errors }: Stand, payload: Payload): Promise<boolean> {
  let acknowledged = 0;
  errors.length = 0;
  const asked = watched(desk);
  await app.processEvent({
    body: payload as never,
    ack: async () => {
      acknowledged += 1;
    },
  });
  demand(acknowledged === 1, `It was acknowledged ${acknowledged} times.`);
  for (const { err } of errors as { err?: unknown }[])
    demand(isExpected(err), `A listener crashed: ${err instanceof Error ? err.stack : String(err)}`);
  const { user, user_id, event } = Who.parse(payload);
  const sender = user?.id ?? user_id ?? event?.user;
  for (const by of asked())
    demand(by.id === sender && by.kind === 'person', `${by.id} decided, and ${String(sender)} clicked.`);
  return errors.length === 0;
}

/** A payload that is not as Slack documents it is told to whoever clicked, and logged; also what Bolt itself cannot read. */
function isExpected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('originals' in error && Array.isArray(error.originals)) return error.originals.every(isExpected);
  if ('original' in error && error.original instanceof Error) return isExpected(error.original);
  if (error instanceof z.ZodError) return true;
  return isOfBolt(error) || OUR_REFUSALS.some((words) => error.message.includes(words));
}

/** Whether the first frame outside of Node is one of Slack's SDK. */
function isOfBolt({ stack = '' }: Error): boolean {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('node:'));
  return frames[0]?.includes('node_modules/@slack/') === true;
}
const OUR_REFUSALS = [
  'The value of a button is none of ours',
  'carries nothing of ours',
  'The shortcut came without its message',
];

/** Forgets what the desk was asked, and tells afterwards by whom it was asked anything that decides. */
function watched(desk: ScriptedDesk): () => readonly Parameters<IncidentDesk['note']>[1][] {
  for (const list of [desk.answers, desk.noted, desk.charged, desk.opened, desk.closed]) list.length = 0;
  return () => [...desk.answers, ...desk.noted].map(({ by }) => by as Parameters<IncidentDesk['note']>[1]);
}
