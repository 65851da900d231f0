import { describe, expect, test } from 'vitest';
import type { StepAttempt, StepStatus } from '../../../src/domain/incident.ts';
import { validateBlocks } from '../../../src/sandbox/slack/block-kit/validate.ts';
import { stepStates } from '../../../src/slack/blocks/states.ts';
import { type DesiredMessage, messagesOf } from '../../../src/slack/outbox/messages-of.ts';
import { ALICE, AT, attempt, HOSTILE, outcome, plan, target, verdict, view } from '../fixtures.ts';

function cardOf(card: StepAttempt): DesiredMessage {
  const found = messagesOf(view([card])).at(-1);
  if (found === undefined) throw new Error('There is no card.');
  return found;
}

function expectValid(message: DesiredMessage): void {
  expect(validateBlocks(message.blocks, 'message', ['blocks'])).toMatchObject({ ok: true });
  expect(textLength(message.blocks)).toBeLessThanOrEqual(10_000);
  expect(message.text.trim()).not.toBe('');
}

/** Characters of every text, counted as strictly as one can. */
function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textLength(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + (key === 'text' && typeof item === 'string' ? item.length : textLength(item)),
    0,
  );
}

function buttonsOf(message: DesiredMessage): string[] {
  return message.blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.flatMap((one) => (one.type === 'button' ? [one.text.text] : []))
      : [],
  );
}

const decision = { by: ALICE, at: AT, selection: { targets: [], choices: {} } };
const attention = { outcome: outcome(), verdict: verdict(), decision };

describe.each(Object.keys(stepStates) as StepStatus[])('the card of a step that is %s', (status) => {
  test('is valid, says its state in words, and stays valid with hostile text', () => {
    const card = cardOf(attempt('kill', status, { decision, outcome: outcome(), verdict: verdict() }));
    expectValid(card);
    expect(JSON.stringify(card.blocks)).toContain(stepStates[status].word);
    const evil = plan({
      summary: HOSTILE,
      impact: HOSTILE,
      warnings: [HOSTILE],
      targets: [target(1, { label: HOSTILE, why: HOSTILE, owner: HOSTILE, sql: HOSTILE })],
    });
    const faulty = { code: 'internal', message: HOSTILE, hint: HOSTILE, phase: 'execute' as const };
    const hostile = cardOf(
      attempt('kill', status, {
        plan: evil,
        differs: [HOSTILE],
        fault: faulty,
        outcome: outcome({ summary: HOSTILE, done: [{ target: HOSTILE, detail: HOSTILE }] }),
        verdict: verdict({ evidence: HOSTILE }),
        closing: { by: { kind: 'policy', id: 'p', name: HOSTILE }, reason: HOSTILE },
      }),
    );
    expectValid(hostile);
    expectNoMarkup(hostile);
  });
});

/** Nothing that Slack parses may hold what came from outside. */
function expectNoMarkup(message: DesiredMessage): void {
  expect(message.text).not.toMatch(/<[!@h]/);
  const parsed = [...JSON.stringify(message.blocks).matchAll(/"type":"mrkdwn","text":"((?:[^"\\]|\\.)*)"/g)];
  for (const [, text = ''] of parsed) expect(text).not.toMatch(/<!channel|<@U0BOB|<https/);
}

test('the buttons fit the state', () => {
  expect(buttonsOf(cardOf(attempt('kill', 'awaiting')))).toEqual(['Run', 'Skip', 'Abort']);
  expect(buttonsOf(cardOf(attempt('kill', 'attention', attention)))).toEqual([
    'Try again',
    'Go back to “Suspend the CronJob”',
    'Go on anyway',
    'Skip',
    'Abort',
  ]);
  expect(buttonsOf(cardOf(attempt('kill', 'executing', { decision })))).toEqual([]);
  expect(buttonsOf(cardOf(attempt('kill', 'passed', attention)))).toEqual([]);
});

test('a step that changes something asks first and repeats its warnings; one that reads does not ask', () => {
  const changing = messagesOf(view([attempt('kill', 'awaiting')]), () => 'session').at(-1);
  const run = JSON.stringify(changing?.blocks).match(
    /"action_id":"step.run".*?"confirm":(\{.*?"style":"danger"\})/,
  );
  expect(run?.[1]).toContain('still armed');
  const reading = messagesOf(view([attempt('diagnose', 'awaiting')]), () => 'observe').at(-1);
  const button = reading?.blocks
    .flatMap((block) => (block.type === 'actions' ? block.elements : []))
    .find(({ action_id }) => action_id === 'step.run');
  expect(button).toMatchObject({ action_id: 'step.run', style: 'primary' });
  expect(button).not.toHaveProperty('confirm');
});

test('after a decision the card says who decided, when, and on which plan', () => {
  const card = attempt('kill', 'executing', { decision });
  const text = JSON.stringify(cardOf(card).blocks);
  expect(text).toContain('approved by <@U0ALICE> <!date^');
  expect(text).toContain(card.hash?.slice(0, 8));
});

test('without goBackTo a step goes back to the last skipped one', () => {
  const earlier = attempt('suspend', 'skipped');
  const card = attempt('kill', 'attention', { ...attention, verdict: verdict({ goBackTo: null }) });
  expect(buttonsOf(messagesOf(view([earlier, card])).at(-1) ?? cardOf(card))).toContain(
    'Go back to “Suspend the CronJob”',
  );
});

test('a huge plan fits into one message, and what is cut says so', () => {
  const sql = 'SELECT '.repeat(3000);
  const targets = Array.from({ length: 130 }, (_, index) => target(index, { sql }));
  const commands = targets.map(({ id }) => ({ label: id, language: 'sql' as const, text: sql + id }));
  const excluded = targets.map(({ label }) => ({ label, reason: 'too young' }));
  const card = cardOf(attempt('kill', 'awaiting', { plan: plan({ targets, commands, excluded }) }));
  expectValid(card);
  const text = JSON.stringify(card.blocks);
  expect(text).toContain('20,5');
  expect(text).toMatch(/… 122 more targets/);
  expect(text).toContain('Only the first 100');
  expect(text).toContain('multi_static_select');
  expect(text).toContain('still armed');
  expect(buttonsOf(card)).toEqual(['Run', 'Skip', 'Abort']);
});

test('a running step shows its progress as a chart, an ended one does not', () => {
  const progress = { text: '12 of 20 quiet samples', series: verdict().series };
  const running = view([attempt('kill', 'verifying', { decision, outcome: outcome() })]);
  const shown = messagesOf({ ...running, progress: { step: 'kill', attempt: 1, progress } }).at(-1);
  expect(JSON.stringify(shown?.blocks)).toMatch(/12 of 20 quiet samples.*█.*min 1 · max 4 · now 2/);
  const ended = view([attempt('kill', 'passed', { outcome: outcome() })]);
  const after = messagesOf({ ...ended, progress: { step: 'kill', attempt: 1, progress } }).at(-1);
  expect(JSON.stringify(after?.blocks)).not.toContain('quiet samples');
});

describe('the parent', () => {
  const parentOf = (over: Parameters<typeof view>[1], status: StepStatus = 'awaiting') =>
    messagesOf(view([attempt('kill', status)], over))[0];

  test.each([
    [{}, 'awaiting', 'Waiting for a decision'],
    [{}, 'attention', 'Needs a person'],
    [{}, 'executing', 'Diagnosing'],
    [{ recoveredAt: AT }, 'awaiting', 'Recovered'],
    [{ status: 'closed', closedAt: AT }, 'passed', 'Closed'],
  ] as const)('%j with a step that is %s is "%s"', (over, status, word) => {
    const parent = parentOf(over, status);
    expect(parent?.blocks[0]).toMatchObject({ text: { text: expect.stringContaining(word) } });
    if (parent !== undefined) expectValid(parent);
  });

  test('names the cause, its culprit and what is waited for, and fits on a phone', () => {
    const evidence = [{ strength: 'strong' as const, text: 'owner chain' }];
    const culprit = { kind: 'CronJob' as const, namespace: 'analytics', name: 'report-generator', evidence };
    const cause = {
      kind: 'c',
      title: 'Analytical query holds the pool',
      confidence: 0.93,
      evidence: ['e'],
      rootSessions: [],
      culprit,
      helps: [],
      wontHelp: [],
    };
    const parent = parentOf({ causes: [cause], title: HOSTILE.repeat(5), severity: HOSTILE });
    const text = JSON.stringify(parent?.blocks);
    expect(text).toContain(
      'Analytical query holds the pool · CronJob analytics/report-generator (93 % sure)',
    );
    expect(text).toContain('a decision on step 3 (Terminate the sessions)');
    expect(text).toContain('step 3 of 3');
    expect(parent?.blocks.length).toBeLessThanOrEqual(4);
    if (parent !== undefined) {
      expectValid(parent);
      expectNoMarkup(parent);
    }
  });
});
