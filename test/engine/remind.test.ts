import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createOutgoing } from '../../src/adapters/http/outgoing.ts';
import { createOnCall } from '../../src/adapters/oncall/on-call.ts';
import { createPager } from '../../src/adapters/oncall/pager.ts';
import type { Command } from '../../src/domain/command.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { REMIND_TIMES, type RemindTimes } from '../../src/domain/remind-times.ts';
import type { ReminderTargets } from '../../src/domain/reminder.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createRemind, type Remind } from '../../src/engine/remind.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import { type Reply, vendor } from '../adapters/oncall/support.ts';
import { quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { anna, ben, makePlan, makeStep } from '../support/domain.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';
import { ACTING, chris, type Desks, openDesks, type Present } from './desks.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

const MINUTE = 60_000;
const planned = (ref: Present): Command => ({
  type: 'planned',
  ...ref,
  plan: makePlan(),
  differs: [],
  validForMs: 3_600_000,
});
const taken: Reply = { body: { reference: 'PAGE-1' } };
const CAI: Reply = { body: { people: [{ name: 'Cai', slackId: 'U0CAI' }] } };
const { signal } = new AbortController();

/** A step that waits, replicas that remind of it, a pager and an on-call source that answer over the wire. */
interface Scene {
  readonly desks: Desks;
  readonly clock: VirtualClock;
  /** What the pager got, as `type dedupeKey`. */
  readonly paged: () => { type: string; dedupeKey: string; summary?: string; link?: string }[];
  answer: (count: number) => Reply;
  /** Lets this replica look now. */
  remind(replica?: number, stop?: AbortSignal): Promise<void>;
  after(minutes: number): Promise<void>;
  events<T extends DomainEvent['type']>(type: T): Promise<Extract<DomainEvent, { type: T }>[]>;
  run(): Promise<string>;
  /** When the state wants somebody to look again; null when never. */
  nextLook(): Promise<Date | null>;
}

async function scene(
  targets: Partial<ReminderTargets> = {},
  { remind = REMIND_TIMES, onCall = CAI }: { remind?: RemindTimes; onCall?: Reply } = {},
): Promise<Scene> {
  const steps = [makeStep('kill', { kind: ACTING, remind })];
  const url = await server.createDatabase();
  const desks = await openDesks(url, steps, 2);
  expect(await desks.engine(planned)).toBeNull();
  const clock = createVirtualClock(Date.now());
  const pagerServer = await vendor((_seen, count) => scene.answer(count));
  const onCallServer = await vendor(() => onCall);
  const outgoing = createOutgoing();
  onTestFinished(() => outgoing.close(0));
  const services = { fetch: outgoing.fetch, clock, timeoutMs: 500 };
  const hmac = new Secret('key');
  const kinds = await loadStepKinds();
  const reminds: Remind[] = desks.replicas.map(({ state, ledger }) =>
    createRemind({
      state,
      ledger,
      kinds,
      authority: desks.authority,
      clock,
      logger: quiet,
      onCall: createOnCall([{ name: 'own', type: 'webhook', url: onCallServer.url, hmac }], services),
      pager: createPager([{ name: 'own', type: 'webhook', url: pagerServer.url, hmac }], services),
      targetsOf: () => ({ group: 'S0DBA', onCall: 'own', pager: 'own', ...targets }),
      linkTo: async () => 'https://acme.slack.com/archives/C1/p1',
      now: async () => clock.now(),
    }),
  );
  const scene: Scene = {
    desks,
    clock,
    answer: () => taken,
    paged: () => pagerServer.requests.map(({ body }) => JSON.parse(body)),
    async remind(replica = 0, stop = signal) {
      await reminds[replica]?.('INC-1', stop);
    },
    async after(minutes) {
      await clock.advance(minutes * MINUTE, minutes * MINUTE);
      await this.remind();
    },
    async events(type) {
      const events = await desks.events();
      return events.filter(
        (event): event is Extract<DomainEvent, { type: typeof type }> => event.type === type,
      );
    },
    async run() {
      const reply = await desks.replicas[0]?.desk.answer(
        await desks.onScreen(anna, { selection: { targets: [], choices: {} } }),
      );
      return reply?.status ?? 'nobody';
    },
    async nextLook() {
      const [row] = await query<{ remind_at: Date | null }>(url, 'select remind_at from firebreak.incident');
      if (row === undefined) throw new Error('There is no incident.');
      return row.remind_at;
    },
  };
  return scene;
}

const levelsOf = (events: readonly { level: string }[]) => events.map(({ level }) => level);

describe('a decision that waits', () => {
  let all: Scene;
  beforeEach(async () => {
    all = await scene();
  });

  it('is reminded of in the thread, in the channel, and by a page, at the times of its step', async () => {
    await all.after(2.9);
    expect(await all.events('decision.reminded')).toEqual([]);
    await all.after(0.2);
    const [inThread] = await all.events('decision.reminded');
    expect(inThread).toMatchObject({
      level: 'thread',
      waitsFor: 'decision',
      mayDecide: [anna.id, ben.id, chris.id],
      group: null,
      onCall: [],
      page: null,
    });
    await all.after(5);
    const [, inChannel] = await all.events('decision.reminded');
    expect(inChannel).toMatchObject({
      level: 'group',
      group: 'S0DBA',
      onCall: [{ name: 'Cai', slackId: 'U0CAI', until: null }],
    });
    expect(all.paged()).toEqual([]);
    await all.after(7);
    expect(levelsOf(await all.events('decision.reminded'))).toEqual(['thread', 'group', 'page']);
    expect(all.paged()).toMatchObject([
      {
        type: 'page',
        summary: expect.stringContaining('INC-1 (orders) waits for a decision on "Step kill" since '),
        link: 'https://acme.slack.com/archives/C1/p1',
      },
    ]);
    expect(await all.events('page.sent')).toMatchObject([{ reference: 'PAGE-1' }]);
    await all.after(60);
    expect(all.paged()).toHaveLength(1);
  });

  it('is reminded of once by two replicas that look at the same moment', async () => {
    await all.clock.advance(20 * MINUTE, 20 * MINUTE);
    await Promise.all([all.remind(0), all.remind(1), all.remind(0), all.remind(1)]);
    await all.remind(1);
    expect(levelsOf(await all.events('decision.reminded'))).toEqual(['group', 'page']);
    expect(all.paged()).toHaveLength(1);
    expect(await all.events('page.sent')).toHaveLength(1);
  });

  it('is forgotten when it was taken: nothing is sent, and a page is taken back', async () => {
    await all.after(16);
    expect(await all.run()).toBe('accepted');
    await all.after(60);
    expect(levelsOf(await all.events('decision.reminded'))).toEqual(['group', 'page']);
    const [page, resolved, ...more] = all.paged();
    expect([page?.type, resolved?.type, more]).toEqual(['page', 'resolve', []]);
    expect(resolved?.dedupeKey).toBe(page?.dedupeKey);
    expect(await all.events('page.resolved')).toHaveLength(1);
  });

  it('is acknowledged at the pager when somebody takes charge after the page', async () => {
    await all.after(16);
    const desk = all.desks.replicas[0]?.desk;
    await desk?.charge('INC-1', { type: 'take-charge', by: ben, from: null });
    await all.after(1);
    await all.after(1);
    expect(all.paged().map(({ type }) => type)).toEqual(['page', 'acknowledge']);
    expect(await all.events('page.acknowledged')).toHaveLength(1);
  });

  it('is not reminded of when it was taken in time', async () => {
    expect(await all.run()).toBe('accepted');
    await all.after(60);
    expect(await all.events('decision.reminded')).toEqual([]);
    expect(all.paged()).toEqual([]);
  });

  it('repeats a page of which nobody knows whether it went out, under the same key', async () => {
    await all.clock.advance(16 * MINUTE, 16 * MINUTE);
    all.answer = () => 'hang';
    const killed = new AbortController();
    const dying = all.remind(0, killed.signal);
    await expect.poll(() => all.paged().length).toBe(1);
    killed.abort(new Error('killed'));
    await expect(dying).rejects.toThrow();
    expect(await all.events('page.sent')).toEqual([]);
    all.answer = () => taken;
    await all.remind(1);
    const keys = all.paged().map(({ dedupeKey }) => dedupeKey);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(await all.events('page.sent')).toHaveLength(1);
    expect(levelsOf(await all.events('decision.reminded'))).toEqual(['group', 'page']);
  });
});

/** The times of events are real: the clock of the test is not moved far before the page, so that pauses count from it. */
const SOON = { thread: null, group: null, page: 1 };

it('says that the pager failed, tries again after a minute, and gives up in the end', async () => {
  const all = await scene({}, { remind: SOON });
  all.answer = () => ({ status: 500 });
  await all.after(0.05);
  expect(await all.events('page.failed')).toMatchObject([
    {
      doing: 'page',
      fault: { code: 'pager-error', message: 'Pager "own" answered with HTTP status 500.' },
    },
  ]);
  await all.after(0.5);
  expect(await all.events('page.failed')).toHaveLength(1);
  await all.after(0.6);
  expect(await all.events('page.failed')).toHaveLength(2);
  for (let hour = 0; hour < 8; hour += 1) await all.after(60);
  expect(await all.events('page.failed')).toHaveLength(6);
  expect((await all.desks.incident()).reminders.at(-1)?.page).toMatchObject({ reference: null });
});

it('is paged at the next try when the pager is back', async () => {
  const all = await scene({}, { remind: SOON });
  all.answer = () => ({ status: 500 });
  await all.after(0.05);
  all.answer = () => taken;
  await all.after(1.1);
  expect(await all.events('page.sent')).toHaveLength(1);
  expect((await all.desks.incident()).reminders.at(-1)?.page).toMatchObject({
    reference: 'PAGE-1',
    fault: null,
  });
});

it('calls the group although it is not known who is on call, and says so', async () => {
  const all = await scene({}, { onCall: { status: 401 } });
  await all.after(9);
  expect(await all.events('decision.reminded')).toMatchObject([
    { level: 'group', group: 'S0DBA', onCall: [], onCallProblem: expect.stringContaining('HTTP status 401') },
  ]);
});

it('pages nobody where no pager is configured, and looks no more', async () => {
  const all = await scene({ pager: null, onCall: null, group: null });
  expect(await all.nextLook()).not.toBeNull();
  await all.after(9);
  await all.after(60);
  expect(levelsOf(await all.events('decision.reminded'))).toEqual(['group']);
  expect(await all.nextLook()).toBeNull();
});

it('is due by the clock of the state database, also in a process that was not there when it began', async () => {
  const remind = { thread: 1, group: null, page: null };
  const url = await server.createDatabase();
  const desks = await openDesks(url, [makeStep('kill', { kind: ACTING, remind })], 2);
  const [, other] = desks.replicas;
  const due = Promise.withResolvers<string>();
  other?.state.queue.handle('remind', async (key) => {
    due.resolve(key);
    return 'done';
  });
  await other?.state.queue.start();
  expect(await desks.engine(planned)).toBeNull();
  expect(await due.promise).toBe('INC-1');
  const waitedMs =
    ((await other?.state.now())?.getTime() ?? 0) - Date.parse((await desks.current()).waitingSince ?? '');
  expect(waitedMs).toBeGreaterThanOrEqual(1_000);
});
