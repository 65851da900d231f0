import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../src/domain/actor.ts';
import { type Approver, type DecisionRules, noRules } from '../../src/domain/authority.ts';
import type { Answer } from '../../src/engine/desk.ts';
import { warnOfUnreadable } from '../../src/engine/warn-of-unreadable.ts';
import { startServer, type TestServer } from '../adapters/state/support.ts';
import { anna, ben, makeStep } from '../support/domain.ts';
import { ACTING, chris, type Desks, messageOf, openDesks, planFor, reasonOf } from './desks.ts';

const DBA = 'S0DBA';
const ON_CALL = { onCall: 'platform' };

/** Groups and on-call sources whose answers the test changes while it runs. */
const people = new Map<string, readonly string[] | string>();
let asked: Approver[] = [];
const approvers = {
  async membersOf(approver: Approver) {
    asked.push(approver);
    const found = people.get(JSON.stringify(approver)) ?? 'it is not there';
    return typeof found === 'string'
      ? { approver, people: [], problem: found }
      : { approver, people: found, problem: null };
  },
};
const set = (approver: Approver, found: readonly string[] | string) =>
  people.set(JSON.stringify(approver), found);

let server: TestServer;
let desks: Desks;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

/** An incident that Anna opened by hand, whose first step waits for a decision. */
async function waiting(
  session: readonly Approver[],
  { rules = noRules, ...step }: { rules?: DecisionRules; confirm?: 'one' | 'two'; notByAsker?: boolean } = {},
): Promise<void> {
  asked = [];
  people.clear();
  const steps = [makeStep('kill', { kind: ACTING, ...step }), makeStep('after', { kind: ACTING })];
  desks = await openDesks(await server.createDatabase(), steps, 1, { rules, approvers });
  desks.authority.session = session;
  await plan();
}

const plan = async () => desks.engine(planFor('a', 'b'));

async function click(by: Person, change: Partial<Answer> = {}) {
  const answer = await desks.onScreen(by, change);
  const reply = await desks.replicas[0]?.desk.answer(answer);
  if (reply === undefined) throw new Error('There is no desk.');
  return reply;
}
const decisions = async () =>
  (await desks.events()).flatMap((one) => (one.type === 'decision.recorded' ? [one] : []));

describe('who may decide', () => {
  it('is read at the click: a member of the group now, and whoever is on call now', async () => {
    await waiting([DBA, ON_CALL]);
    set(DBA, [chris.id]);
    set(ON_CALL, []);
    const refused = await click(ben);
    expect(reasonOf(refused)).toBe('not-allowed');
    expect(messageOf(refused)).toBe(
      'You may not decide on session actions. Ask <!subteam^S0DBA>: <@U0CHRIS>, on call (platform), where nobody is now.',
    );
    set(ON_CALL, [ben.id]);
    expect(await click(ben)).toEqual({ status: 'accepted' });
    expect(await decisions()).toMatchObject([{ by: ben }]);
  });

  it('is nobody of a list that is empty, or of a group that has nobody', async () => {
    await waiting([]);
    expect(messageOf(await click(anna))).toMatch(/Nobody may: the list is empty/);
    desks.authority.session = [DBA];
    set(DBA, []);
    expect(reasonOf(await click(anna))).toBe('not-allowed');
    expect(await decisions()).toEqual([]);
  });

  it('is refused while it cannot be read, and said so', async () => {
    await waiting([DBA, ON_CALL, chris.id]);
    set(DBA, 'no answer: HTTP 503');
    set(ON_CALL, [chris.id]);
    const refused = await click(ben);
    expect(reasonOf(refused)).toBe('authority-unknown');
    expect(messageOf(refused)).toMatch(
      /membership of <!subteam\^S0DBA> could not be read \(no answer: HTTP 503\)/,
    );
    expect(messageOf(refused)).toMatch(
      /Ask <!subteam\^S0DBA>, on call \(platform\): <@U0CHRIS>, <@U0CHRIS>\.$/,
    );
    expect(await decisions()).toEqual([]);
    expect((await desks.events()).filter(({ type }) => type === 'decision.refused')).toHaveLength(1);
    set(DBA, [ben.id]);
    expect(await click(ben)).toEqual({ status: 'accepted' });
  });

  it('needs no answer of another system for whoever is listed by id', async () => {
    await waiting([DBA, ben.id]);
    expect(await click(ben)).toEqual({ status: 'accepted' });
    expect(asked).toEqual([]);
  });

  it('does not count a first person who left the group, and does nothing while that cannot be read', async () => {
    await waiting([DBA, ben.id], { confirm: 'two' });
    set(DBA, [anna.id]);
    expect(await click(anna)).toEqual({ status: 'accepted' });
    set(DBA, 'no answer');
    const unknown = await click(ben);
    expect(reasonOf(unknown)).toBe('authority-unknown');
    expect(messageOf(unknown)).toMatch(
      /Whether Anna, who approved first, may still decide could not be read/,
    );
    expect(await desks.current()).toMatchObject({ status: 'awaiting', approval: { by: anna } });
    set(DBA, []);
    expect(messageOf(await click(ben))).toMatch(/Anna, who approved first, may no longer decide/);
    expect(await desks.current()).toMatchObject({ status: 'planning', approval: null });
    expect(await decisions()).toEqual([]);
  });

  it('is told of at the start where it cannot be read', async () => {
    people.clear();
    set(DBA, 'user groups need a paid plan of Slack: list people by their ids');
    set(ON_CALL, [ben.id]);
    const warnings: unknown[] = [];
    const authority = { observe: [DBA, ben.id], workload: [ON_CALL], session: [DBA], incident: [] };
    const logger = { warn: (_: unknown, words: unknown) => warnings.push(words) };
    await warnOfUnreadable({ authority, rules: noRules, approvers, logger });
    expect(warnings).toEqual([
      'The membership of <!subteam^S0DBA> could not be read (user groups need a paid plan of Slack: list people by their ids). Until it can, it permits nobody anything.',
    ]);
  });
});

describe('whoever asked for a step', () => {
  it('may not be its only approver: by opening the incident by hand, and by going back to it', async () => {
    await waiting([anna.id, DBA], { notByAsker: true });
    set(DBA, [ben.id]);
    const waitsFor = async (by: Person) => (await desks.replicas[0]?.desk.waitingFor(by))?.length;
    expect([await waitsFor(anna), await waitsFor(ben), await waitsFor(chris)]).toEqual([0, 1, 0]);
    const refused = await click(anna);
    expect(reasonOf(refused)).toBe('self-approval');
    expect(messageOf(refused)).toBe(
      'You opened this incident by hand, so somebody else has to approve it. Nothing was done. Ask <@U0ANNA>, <!subteam^S0DBA>: <@U0BEN>.',
    );
    await click(ben, { choice: 'back', to: 'kill' });
    await plan();
    expect(messageOf(await click(ben))).toMatch(/^You went back to this step/);
    expect(await click(anna)).toEqual({ status: 'accepted' });
  });

  it('is one of two where two approve', async () => {
    await waiting([anna.id, ben.id], { notByAsker: true, confirm: 'two' });
    expect(await click(anna)).toEqual({ status: 'accepted' });
    expect(await click(ben)).toEqual({ status: 'accepted' });
    expect(await decisions()).toMatchObject([{ by: ben, first: anna }]);
  });
});

describe('breaking the glass', () => {
  const reason = 'Nobody of the list answers.';
  const rules: DecisionRules = { ...noRules, breakGlass: { classes: ['session'], people: [ben.id, DBA] } };

  it('runs what was refused, with the reason in the journal', async () => {
    await waiting([chris.id], { rules });
    expect(await click(ben)).toMatchObject({ reason: 'not-allowed', mayForce: true });
    expect(await click(ben, { breakGlass: { reason: `  ${reason} ` } })).toEqual({ status: 'accepted' });
    expect(await decisions()).toMatchObject([{ by: ben, breakGlass: { reason } }]);
    expect((await desks.incident()).forced).toMatchObject([{ by: ben, reason, what: 'ran "Step kill"' }]);
  });

  it('is for nobody whom the configuration does not name, and in no class that it does not name', async () => {
    await waiting([chris.id], { rules });
    set(DBA, []);
    const refused = await click(anna, { breakGlass: { reason } });
    expect(refused).toMatchObject({ reason: 'not-allowed' });
    expect(refused).not.toHaveProperty('mayForce');
    desks.authority.incident = [];
    const abort = await click(ben, { choice: 'abort', breakGlass: { reason } });
    expect(reasonOf(abort)).toBe('not-allowed');
    expect(await decisions()).toEqual([]);
    set(DBA, [anna.id]);
    expect(await click(anna, { breakGlass: { reason } })).toEqual({ status: 'accepted' });
  });

  it('wants a reason that says something', async () => {
    await waiting([chris.id], { rules });
    expect(messageOf(await click(ben, { breakGlass: { reason: '   urgent   ' } }))).toMatch(
      /Say why in 10 to 500/,
    );
    expect(await decisions()).toEqual([]);
  });

  it('is an ordinary decision for whoever is on the list', async () => {
    await waiting([ben.id], { rules });
    await click(ben, { breakGlass: { reason } });
    const [decided] = await decisions();
    expect(decided?.by).toEqual(ben);
    expect(decided).not.toHaveProperty('breakGlass');
  });

  it('weakens no other rule: two people stay two, the plan stays bound, an asker stays an asker', async () => {
    await waiting([chris.id], { rules, confirm: 'two' });
    expect(await click(ben, { breakGlass: { reason } })).toEqual({ status: 'accepted' });
    expect(await decisions()).toEqual([]);
    expect(reasonOf(await click(ben, { breakGlass: { reason } }))).toBe('same-person');
    expect(await click(chris)).toEqual({ status: 'accepted' });
    expect(await decisions()).toMatchObject([{ by: chris, first: ben }]);

    await waiting([chris.id], { rules });
    expect(reasonOf(await click(ben, { hash: 'another', breakGlass: { reason } }))).toBe('stale-plan');
    await waiting([chris.id], {
      notByAsker: true,
      rules: { ...rules, breakGlass: { classes: ['session'], people: [anna.id] } },
    });
    expect(reasonOf(await click(anna, { breakGlass: { reason } }))).toBe('self-approval');
    expect(await decisions()).toEqual([]);
  });
});
