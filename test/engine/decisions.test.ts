import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../src/domain/actor.ts';
import type { Command } from '../../src/domain/command.ts';
import type { Answer } from '../../src/engine/desk.ts';
import { startServer, type TestServer } from '../adapters/state/support.ts';
import { anna, ben, makeOutcome, makeStep, makeVerdict } from '../support/domain.ts';
import { ACTING, chris, type Desks, messageOf, openDesks, type Present, planFor, reasonOf } from './desks.ts';

let server: TestServer;
let desks: Desks;

beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

const planned = planFor('a', 'b');
const intend = (ref: Present): Command => ({ type: 'intend', ...ref, instance: 'test' });
const complete = (ref: Present): Command => ({
  type: 'complete',
  ...ref,
  outcome: makeOutcome(),
  reconciled: false,
});

/** An incident whose first step waits for a decision. */
async function waiting(confirm: 'one' | 'two', replicas = 1): Promise<void> {
  const steps = [makeStep('kill', { kind: ACTING, confirm }), makeStep('after', { kind: ACTING })];
  desks = await openDesks(await server.createDatabase(), steps, replicas);
  expect(await desks.engine(planned)).toBeNull();
}

async function send(answer: Answer, replica = 0) {
  const desk = desks.replicas[replica % desks.replicas.length]?.desk;
  if (desk === undefined) throw new Error('There is no such replica.');
  return await desk.answer(answer);
}

const click = async (by: Person, change: Partial<Answer> = {}) => send(await desks.onScreen(by, change));
const count = async (type: string) => (await desks.events()).filter((event) => event.type === type).length;

describe('a step of two people', () => {
  beforeEach(async () => waiting('two'));

  it('runs nothing after the first approval, and is decided by a second person, with both named', async () => {
    expect(await click(anna)).toEqual({ status: 'accepted' });
    expect(await desks.current()).toMatchObject({
      status: 'awaiting',
      approval: { by: anna },
      decision: null,
    });
    expect(await desks.engine(intend)).not.toBeNull();
    expect(await click(ben)).toEqual({ status: 'accepted' });
    const decided = (await desks.events()).find(({ type }) => type === 'decision.recorded');
    expect(decided).toMatchObject({ by: ben, first: anna, selection: { targets: ['a', 'b'] } });
    expect(await desks.engine(intend)).toBeNull();
  });

  it('counts one person once, however often', async () => {
    await click(anna);
    const again = await click(anna);
    expect(reasonOf(again)).toBe('same-person');
    expect(messageOf(again)).toMatch(/You approved this .*A second person/);
    for (let times = 0; times < 9; times += 1) await click(anna);
    expect(await count('decision.recorded')).toBe(0);
    expect(await count('approval.recorded')).toBe(1);
    expect(await count('decision.refused')).toBe(1);
  });

  it('shows the second person first what the first chose', async () => {
    const card = await desks.onScreen(ben, { selection: { targets: ['a'], choices: {} } });
    await click(anna);
    const early = await send(card);
    expect(reasonOf(early)).toBe('approved-meanwhile');
    expect(messageOf(early)).toMatch(/Anna approved first.*You chose otherwise: without b\./);
    const same = await send({ ...card, selection: { targets: ['a', 'b'], choices: {} } });
    expect(messageOf(same)).toMatch(/You chose the same\. Nothing was done/);
    expect(await count('decision.recorded')).toBe(0);
  });

  it('takes no second approval of something else than the card shows', async () => {
    await click(anna);
    const other = await click(ben, { selection: { targets: ['b'], choices: {} } });
    expect(messageOf(other)).toMatch(/You chose otherwise: without a\./);
    expect(await count('decision.recorded')).toBe(0);
  });

  it('lets anybody who may decide take the first approval back, which makes a new plan', async () => {
    await click(anna);
    const seen = await desks.onScreen(chris);
    expect(await click(ben, { choice: 'withdraw' })).toEqual({ status: 'accepted' });
    expect(await desks.current()).toMatchObject({
      status: 'planning',
      approval: null,
      differs: ['The approval of Anna no longer counts: Ben took it back.'],
    });
    await desks.engine(planned);
    expect(reasonOf(await send(seen))).toBe('stale-plan');
    await click(anna);
    expect(reasonOf(await send(seen))).toBe('approved-meanwhile');
    expect(await count('decision.recorded')).toBe(0);
  });

  it('voids the first approval when the plan expires', async () => {
    await click(anna);
    desks.tick(6 * 60_000);
    expect(reasonOf(await click(ben))).toBe('expired');
    expect((await desks.current()).differs).toEqual([
      'The approval of Anna no longer counts: the plan became too old before a second person approved it.',
    ]);
    await desks.engine(planned);
    await click(ben);
    expect(await desks.current()).toMatchObject({ status: 'awaiting', approval: { by: ben } });
  });

  it('does not count a first person who may no longer decide', async () => {
    await click(anna);
    desks.authority.session = [ben.id, chris.id];
    expect(messageOf(await click(ben))).toMatch(/Anna, who approved first, may no longer decide/);
    expect(await desks.current()).toMatchObject({ status: 'planning', approval: null });
    await desks.engine(planned);
    await click(ben);
    expect(await click(chris)).toEqual({ status: 'accepted' });
  });

  it('takes no policy for a person', async () => {
    const policy = { kind: 'policy', id: 'runbook', name: 'the runbook' } as const;
    const { by: _, ...answer } = await desks.onScreen(anna);
    expect(await desks.engine(() => ({ type: 'decide', ...answer, by: policy }))).toMatch(/Only people/);
    await click(anna);
    const { by: __, ...second } = await desks.onScreen(anna);
    expect(await desks.engine(() => ({ type: 'decide', ...second, by: policy }))).toMatch(/Only people/);
    expect(await count('decision.recorded')).toBe(0);
  });

  it('is skipped and aborted by one person, also between the approvals', async () => {
    await click(anna);
    expect(await click(ben, { choice: 'skip' })).toEqual({ status: 'accepted' });
    expect((await desks.current()).step.id).toBe('after');
  });
});

describe('whoever is too late', () => {
  beforeEach(async () => waiting('one'));

  it('is told who decided, what, when, and what comes next', async () => {
    const [late, later, last] = [
      await desks.onScreen(ben),
      await desks.onScreen(ben),
      await desks.onScreen(anna),
    ];
    await click(anna);
    desks.tick(3_000);
    expect(messageOf(await send(late))).toMatch(
      /^Anna decided \(Run\) \d+ s ago\. It is about to start\. Your click/,
    );
    expect(messageOf(await send({ ...later, choice: 'skip' }))).toMatch(/^Anna decided \(Run\)/);
    expect(messageOf(await send(last))).toMatch(/^You decided \(Run\)/);
    await desks.engine(intend);
    expect(messageOf(await send({ ...late, choice: 'abort' }))).toMatch(/^Anna decided \(Run\).*carried out/);
    await desks.engine(complete);
    expect(messageOf(await send(late))).toMatch(/the result is being measured/);
    await desks.engine((ref) => ({ type: 'verified', ...ref, verdict: makeVerdict() }));
    expect(messageOf(await send(late))).toMatch(/^Anna decided \(Run\).*The run is at "Step after" now\./);
    await desks.engine(planned);
    await click(chris, { choice: 'abort' });
    expect(messageOf(await send(late))).toMatch(/^Anna decided \(Run\).*No run of INC-1 is under way/);
    await desks.replicas[0]?.desk.close('INC-1', anna, 'Over.');
    expect(messageOf(await send(late))).toMatch(/^Anna decided \(Run\).*INC-1 is closed\. Anna closed it/);
  });

  it('changes nothing by an outdated click, also when the step comes to where it would fit', async () => {
    const skip = await desks.onScreen(ben, { choice: 'skip' });
    const abort = await desks.onScreen(ben, { choice: 'abort' });
    await click(anna);
    await desks.engine(intend);
    expect(reasonOf(await send(skip))).toBe('already-decided');
    expect(reasonOf(await send(abort))).toBe('not-possible');
    await desks.engine((ref) => ({
      type: 'fail',
      ...ref,
      phase: 'execute',
      fault: { code: 'internal', message: 'm', hint: 'h' },
    }));
    expect(await desks.current()).toMatchObject({ status: 'attention' });
    expect([reasonOf(await send(skip)), reasonOf(await send(abort))]).toEqual([
      'already-decided',
      'already-decided',
    ]);
    expect(await desks.current()).toMatchObject({ status: 'attention' });
  });

  it('does not run the next plan by a click that was refused because the plan before had expired', async () => {
    const card = await desks.onScreen(anna, { click: 'one' });
    desks.tick(6 * 60_000);
    expect(reasonOf(await send(card))).toBe('expired');
    await desks.engine(planned);
    // The same click, delivered again; and an impatient second one on the same screen.
    expect(reasonOf(await send(card))).toBe('repeated');
    expect(reasonOf(await send({ ...card, click: 'two' }))).toBe('stale-plan');
    expect(await count('decision.recorded')).toBe(0);
  });
});

describe('several replicas', () => {
  it('decide once, by two different people, however their clicks fall together', {
    timeout: 120_000,
  }, async () => {
    const anyClick = fc.record({
      by: fc.constantFrom(anna, ben, chris),
      choice: fc.constantFrom('run', 'run', 'run', 'run', 'withdraw', 'skip'),
      replica: fc.nat(2),
      deliveries: fc.integer({ min: 1, max: 3 }),
    });
    const rounds = fc.array(fc.array(anyClick, { minLength: 2, maxLength: 8 }), {
      minLength: 2,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(rounds, fc.scheduler(), async (storms, scheduler) => {
        await waiting('two', 3);
        let clicks = 0;
        for (const storm of storms) {
          // Everybody clicks on what is shown now, and each click is delivered to several replicas.
          if ((await desks.current()).step.id !== 'kill') break;
          await desks.engine(planned);
          const answers = await Promise.all(
            storm.map(async ({ by, choice }) => desks.onScreen(by, { choice, click: `click ${++clicks}` })),
          );
          const deliveries = storm.flatMap(({ replica, deliveries: times }, index) =>
            Array.from({ length: times }, async (_, time) => {
              await scheduler.schedule(Promise.resolve());
              const answer = answers[index];
              if (answer !== undefined) await send(answer, replica + time);
            }),
          );
          await scheduler.waitAll();
          await Promise.all(deliveries);
        }
        const own = (await desks.events()).filter((event) => 'step' in event && event.step === 'kill');
        const decided = own.flatMap((event) => (event.type === 'decision.recorded' ? [event] : []));
        expect(decided.length).toBeLessThanOrEqual(1);
        for (const { by, first } of decided) {
          expect(by.kind === 'person' && first !== undefined && by.id !== first.id).toBe(true);
        }
        const named = (await desks.events()).flatMap((event) =>
          'click' in event && event.click !== undefined ? [event.click] : [],
        );
        expect(new Set(named).size).toBe(named.length);
        expect(await desks.replicas[0]?.state.journal.verify()).toMatchObject({ chainOk: true });
        await desks.end();
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it('take a click that is delivered to each of them as one, and tell nobody of it', async () => {
    await waiting('one', 3);
    const card = await desks.onScreen(anna, { click: 'the one' });
    const replies = await Promise.all([0, 1, 2, 0, 1, 2].map(async (replica) => send(card, replica)));
    expect(replies.map(reasonOf).sort()).toEqual(['accepted', ...Array(5).fill('repeated')]);
    await desks.engine(intend);
    await desks.engine(complete);
    expect(reasonOf(await send(card, 1))).toBe('repeated');
    await desks.replicas[0]?.desk.close('INC-1', anna, 'Over.');
    expect(reasonOf(await send(card, 2))).toBe('repeated');
    expect(await count('decision.refused')).toBe(0);
  });

  it('keep the journal small in a storm of clicks', async () => {
    await waiting('one', 3);
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const by = [anna, ben, chris][index % 3] ?? anna;
        return desks.onScreen(by, { click: `click ${index}`, choice: index % 5 === 0 ? 'skip' : 'run' });
      }),
    );
    const before = (await desks.events()).length;
    const replies = await Promise.all(answers.map(async (answer, index) => send(answer, index)));
    expect(replies.map(reasonOf).filter((reason) => reason === 'accepted')).toHaveLength(1);
    const told = replies.map(messageOf).filter((message) => message !== '');
    expect(
      told.filter((message) => /^(You|Anna|Ben|Chris) decided \((Run|Skip)\)/.test(message)),
    ).toHaveLength(59);
    const refusals = await count('decision.refused');
    expect((await desks.events()).length - before - refusals).toBe(1);
    // At most the first of each person and choice.
    expect(refusals).toBeLessThanOrEqual(6);
    expect(refusals).toBeGreaterThan(0);
  });
});
