import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type DecisionRules, noRules } from '../../src/domain/authority.ts';
import { attend } from '../../src/terminal/attend.ts';
import { type Line, paint } from '../../src/terminal/lines.ts';
import type { Screen } from '../../src/terminal/screen.ts';
import { startServer, type TestServer } from '../adapters/state/support.ts';
import { ACTING, openDesks, planFor } from '../engine/desks.ts';
import { anna, ben, makeStep } from '../support/domain.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

const BEN_MAY: DecisionRules = { ...noRules, breakGlass: { classes: ['session'], people: [ben.id] } };
const atTerminal = { ...ben, via: 'terminal' } as const;

/** A step that Anna alone may decide on, and Ben at a keyboard who runs it and answers the questions as told. */
async function benRuns(answers: { reasons: string[]; breaks: boolean }, rules = BEN_MAY) {
  const steps = [makeStep('kill', { kind: ACTING }), makeStep('after', { kind: ACTING })];
  const desks = await openDesks(await server.createDatabase(), steps, 1, { rules });
  desks.authority.session = [anna.id];
  await desks.engine(planFor('a'));
  const [replica] = desks.replicas;
  if (replica === undefined) throw new Error('There is no desk.');
  const printed: Line[] = [];
  const asked: string[] = [];
  const problems: string[] = [];
  let menus = 0;
  const screen: Screen = {
    print: (lines) => void printed.push(...lines),
    status: () => undefined,
    choose: async (question, items) => {
      asked.push(question);
      menus += 1;
      return (menus === 1 ? items[0] : items.at(-1))?.value ?? null;
    },
    pick: async () => null,
    confirm: async (question) => {
      asked.push(question);
      return question.startsWith('Break the glass') ? answers.breaks : true;
    },
    text: async (question, problem) => {
      asked.push(question);
      for (const reason of answers.reasons) {
        const wrong = problem(reason);
        if (wrong === null) return reason;
        problems.push(wrong);
      }
      return null;
    },
    secret: async () => null,
  };
  const left = await attend({
    desk: replica.desk,
    incidentId: 'INC-1',
    by: atTerminal,
    screen,
    time: (iso) => iso,
    clock: systemClock,
    actionClassOf: () => 'session',
    signal: new AbortController().signal,
    interrupted: async () => undefined,
  });
  expect(left).toBe('left');
  const decided = (await desks.events()).flatMap((one) => (one.type === 'decision.recorded' ? [one] : []));
  return { decided, asked, problems, screen: paint(printed, 80, false).join('\n') };
}

it('whoever may break the glass says why, and it stands in the journal with the decision', async () => {
  const seen = await benRuns({ reasons: ['Now!', 'Anna cannot be reached, orders fail.'], breaks: true });
  expect(seen.problems).toEqual(['10 to 500 characters.']);
  expect(seen.screen).toMatch(/You may not decide on session actions/);
  expect(seen.screen).toMatch(/!! .*whole\s+channel/s);
  expect(seen.decided).toMatchObject([
    { by: { id: ben.id, via: 'terminal' }, breakGlass: { reason: 'Anna cannot be reached, orders fail.' } },
  ]);
});

it('leaving the question decides nothing', async () => {
  expect((await benRuns({ reasons: ['A reason that is long enough.'], breaks: false })).decided).toEqual([]);
  expect((await benRuns({ reasons: [], breaks: true })).decided).toEqual([]);
});

it('is not offered to whom the configuration does not let', async () => {
  const { asked, decided } = await benRuns({ reasons: ['A long enough reason.'], breaks: true }, noRules);
  expect(asked.filter((question) => /glass/.test(question))).toEqual([]);
  expect(decided).toEqual([]);
});
