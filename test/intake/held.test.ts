import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { type IntakePolicy, NO_POLICY } from '../../src/domain/intake-policy.ts';
import type { Matcher } from '../../src/domain/matcher.ts';
import { type Silence, silenceStream } from '../../src/domain/silence.ts';
import { createLedger } from '../../src/engine/ledger.ts';
import { openAtOnce } from '../../src/intake/open-at-once.ts';
import { createSettle } from '../../src/intake/settle.ts';
import { opened, query, quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { anna, makeAlert, makeRunbook, makeStep } from '../support/domain.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

const about = (value: string): Matcher[] => [{ name: 'alertname', operator: '=', value }];

async function startRig(change: Partial<IntakePolicy> = {}) {
  const url = await server.createDatabase();
  const state = await opened(url);
  const ledger = createLedger(state, quiet);
  const runbook = makeRunbook([makeStep('one')]);
  const deciding = {
    runbooks: new Map([[runbook.id, runbook]]),
    databases: [{ name: 'orders-primary', service: 'order-service', cores: null, replicas: [] }],
    policy: { ...NO_POLICY, ...change },
  };
  const settle = createSettle({ state, ledger, ...deciding });
  const announcer = { reserve: () => null, announce: () => undefined };
  const openings = openAtOnce({ ...deciding, announcer });
  const write = async (silence: Silence, type: 'added' | 'ended') =>
    state.journal.append(
      silenceStream(silence.id),
      type === 'added' ? 0 : 1,
      [
        type === 'added'
          ? { type: 'silence.added', silence }
          : { type: 'silence.ended', id: silence.id, by: anna },
      ],
      { work: [], silence },
    );
  return {
    url,
    state,
    ledger,
    settle,
    /** Takes an alert in as it comes over the wire. */
    take: async (alert: Partial<Alert> = {}) => state.alerts.store([makeAlert(alert)], openings),
    async silence(matchers: Matcher[], seconds: number): Promise<Silence> {
      const now = await state.now();
      const silence: Silence = {
        id: await state.silences.nextId(),
        matchers,
        startsAt: now.toISOString(),
        endsAt: new Date(now.getTime() + seconds * 1000).toISOString(),
        reason: 'reindexing',
        by: anna,
      };
      await write(silence, 'added');
      return silence;
    },
    async end(silence: Silence): Promise<void> {
      await write({ ...silence, endsAt: (await state.now()).toISOString() }, 'ended');
    },
    /** What became of each stored alert, oldest first. */
    async outcomes(): Promise<string[]> {
      await settle('alerts');
      const all = (await state.alerts.list(100)).toReversed();
      return all.map(
        ({ alert, settlement }) => `${alert.fingerprint} ${alert.status} ${settlement?.decision}`,
      );
    },
    close: async (id: string) =>
      ledger.change(id, () => ({ command: { type: 'close', by: anna, reason: 'Over.' } })),
    /** Lets so many minutes pass for what is stored. */
    pass: async (minutes: number) => {
      const back = `- make_interval(mins => ${minutes})`;
      await query(
        url,
        `update firebreak.alert set received_at = received_at ${back}, held_until = held_until ${back}`,
      );
      await query(url, `update firebreak.incident set updated_at = updated_at ${back}`);
    },
  };
}

test('a silenced alert opens nothing, and does so once the silence is ended, without coming again', async () => {
  const rig = await startRig();
  const silence = await rig.silence(about('ConnectionPoolExhausted'), 3600);
  await rig.take();
  expect(await rig.outcomes()).toEqual(['f1 firing silenced']);
  expect(await rig.state.incidents.list(9)).toEqual([]);
  const [stored] = await rig.state.alerts.list(9);
  expect(stored?.settlement).toMatchObject({
    heldBy: silence.id,
    heldUntil: silence.endsAt,
    incidentId: null,
  });
  expect(await rig.state.journal.read(`intake/${stored?.id}`)).toMatchObject([
    { event: { type: 'alert.ignored', held: 'silenced', until: silence.endsAt } },
  ]);
  await rig.take();
  expect(await rig.outcomes()).toEqual(['f1 firing silenced']);
  await rig.end(silence);
  expect(await rig.outcomes()).toEqual(['f1 firing silenced', 'f1 firing opened']);
  const [again] = await rig.state.alerts.list(1);
  expect(again?.replayOf).toBe(stored?.id);
  // A repeat is one of the new row.
  expect(await rig.take()).toEqual({ stored: 0, repeated: 1 });
  expect(await rig.outcomes()).toHaveLength(2);
});

test('what ended in the time of its silence is let go; what another silence covers stays silent', async () => {
  const rig = await startRig();
  const silence = await rig.silence(about('ConnectionPoolExhausted'), 3600);
  await rig.take();
  await rig.take({ fingerprint: 'f2' });
  await rig.take({ status: 'resolved' });
  await rig.settle('alerts');
  await rig.silence(about('ConnectionPoolExhausted'), 7200);
  await rig.end(silence);
  await rig.settle('alerts');
  expect(await rig.outcomes()).toEqual([
    'f1 firing silenced',
    'f2 firing silenced',
    'f1 resolved ignored',
    'f2 firing silenced',
  ]);
  expect(await rig.state.incidents.list(9)).toEqual([]);
});

test('a silence that is ended just as an alert is settled under it holds nothing back', async () => {
  const rig = await startRig();
  const silence = await rig.silence(about('ConnectionPoolExhausted'), 3600);
  await rig.take();
  const { alerts } = await rig.state.alerts.unsettled(0, 9);
  const past = await rig.state.alerts.past([alerts[0]?.id ?? ''], 30);
  expect(past.silences).toEqual([silence]);
  await rig.end(silence);
  // Decided on what was read before the end.
  const held = { alertId: alerts[0]?.id ?? '', decision: 'silenced' as const, reason: 'r', incidentId: null };
  await rig.state.journal.append(
    'intake/x',
    0,
    [{ type: 'alert.ignored', alert: makeAlert(), reason: 'r' }],
    {
      work: [],
      settles: [{ ...held, heldBy: silence.id, heldUntil: silence.endsAt }],
    },
  );
  expect(await rig.outcomes()).toEqual(['f1 firing silenced', 'f1 firing opened']);
});

test('an alert that fires again and again opens two incidents and not a third, until it lasts', async () => {
  const rig = await startRig();
  for (const minute of [1, 2]) {
    await rig.take({ startsAt: `2026-11-15T05:0${minute}:00Z` });
    await rig.settle('alerts');
    const [incident] = await rig.state.incidents.listOpen();
    await rig.take({ startsAt: `2026-11-15T05:0${minute}:00Z`, status: 'resolved' });
    await rig.settle('alerts');
    await rig.close(incident?.id ?? '');
  }
  await rig.take({ startsAt: '2026-11-15T05:03:00Z' });
  await rig.take({ startsAt: '2026-11-15T05:03:00Z', status: 'resolved' });
  await rig.take({ startsAt: '2026-11-15T05:04:00Z' });
  const flapping = (await rig.outcomes()).slice(4);
  expect(flapping).toEqual(['f1 firing flapping', 'f1 resolved ignored', 'f1 firing flapping']);
  expect(await rig.state.incidents.list(9)).toHaveLength(2);
  await rig.pass(6);
  const later = (await rig.outcomes()).slice(7);
  // Only the one that still fires.
  expect(later).toEqual(['f1 firing opened']);
  expect(await rig.state.incidents.list(9)).toHaveLength(3);
});

test('a symptom keeps no incident open, and what outlasts the incident is decided on by itself', async () => {
  const inhibit = [{ source: [], target: about('HighLatency'), equal: [] }];
  const rig = await startRig({ inhibit });
  await rig.take();
  await rig.take({ fingerprint: 's1', name: 'HighLatency' });
  await rig.take({ fingerprint: 's2', name: 'HighLatency' });
  await rig.take({ fingerprint: 's2', name: 'HighLatency', status: 'resolved' });
  expect(await rig.outcomes()).toEqual([
    'f1 firing opened',
    's1 firing inhibited',
    's2 firing inhibited',
    's2 resolved resolved',
  ]);
  const [incident] = await rig.state.incidents.listOpen();
  const folded = await rig.ledger.load(incident?.id ?? '');
  expect(folded?.alerts).toHaveLength(1);
  expect(folded?.symptoms.map(({ alert }) => `${alert.fingerprint} ${alert.status}`)).toEqual([
    's1 firing',
    's2 firing',
    's2 resolved',
  ]);
  await rig.close(incident?.id ?? '');
  expect(await rig.outcomes()).toHaveLength(4);
  await rig.pass(6);
  expect((await rig.outcomes()).slice(4)).toEqual(['s1 firing ignored']);
});

test('two replicas that take up at once what was held back do so once', async () => {
  const rig = await startRig();
  const silence = await rig.silence(about('ConnectionPoolExhausted'), 3600);
  for (let index = 0; index < 20; index++) await rig.take({ fingerprint: `f${index}` });
  await rig.settle('alerts');
  await rig.end(silence);
  const other = await opened(rig.url);
  await Promise.all([rig.state, other, rig.state, other].map(async ({ alerts }) => alerts.release()));
  expect(await rig.outcomes()).toHaveLength(40);
  expect(await rig.state.incidents.list(9)).toHaveLength(1);
});

test('what led to nothing is replayed once, and decided on as if it came now', async () => {
  const rig = await startRig();
  await rig.take({ labels: { database: 'nowhere' } });
  await rig.settle('alerts');
  const [lost] = await rig.state.alerts.list(1);
  const again = await rig.state.alerts.replay([lost?.id ?? '', 'ALERT-999']);
  expect([...again.keys()]).toEqual([lost?.id]);
  expect(await rig.state.alerts.replay([lost?.id ?? ''])).toEqual(new Map());
  expect(await rig.outcomes()).toEqual(['f1 firing ignored', 'f1 firing ignored']);
});

test('what could not be understood is kept once, and a broken sender does not fill the disk', async () => {
  const { state } = await startRig();
  const letter = { source: 'grafana', reason: 'alerts: missing', body: '{"\0": 1}' };
  await state.deadLetters.keep(letter);
  await state.deadLetters.keep(letter);
  await state.deadLetters.keep({ ...letter, body: 'x'.repeat(1_000_000) });
  const [long, twice, ...others] = await state.deadLetters.list(9);
  expect(others).toEqual([]);
  expect(twice).toMatchObject({ source: 'grafana', reason: 'alerts: missing', count: 2 });
  expect(long?.body.length).toBeLessThan(200_000);
  expect(await state.deadLetters.get(twice?.id ?? '')).toEqual(twice);
  await state.deadLetters.remove(twice?.id ?? '');
  expect(await state.deadLetters.get(twice?.id ?? '')).toBeNull();
});
