import type { types } from '@slack/bolt';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StepStatus } from '../../../src/domain/incident.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import type { Situation } from '../../../src/domain/situation.ts';
import { validateBlocks, validateView } from '../../../src/sandbox/slack/block-kit/validate.ts';
import { textLength } from '../../../src/sandbox/slack/block-kit/walk.ts';
import { explainModal } from '../../../src/slack/blocks/explain-modal.ts';
import { safeText } from '../../../src/slack/blocks/safe-text.ts';
import { statementModal } from '../../../src/slack/blocks/statement-modal.ts';
import { targetsModal } from '../../../src/slack/blocks/targets-modal.ts';
import { whyNotModal } from '../../../src/slack/blocks/why-not-modal.ts';
import { sentenceModal } from '../../../src/slack/listeners/modal.ts';
import { say } from '../../../src/slack/listeners/say.ts';
import { messagesOf, noticeMessages } from '../../../src/slack/outbox/messages-of.ts';
import { reduced } from '../../../src/slack/outbox/reduced.ts';
import { stepStates } from '../../../src/words/states.ts';
import { ALICE, alert, attempt, cause, outcome, plan, target, verdict, view } from '../fixtures.ts';

/** Stands in every hostile text, so that it can be found wherever it is shown. */
const MARK = 'EVIL';
const attacks = [
  '<!channel>',
  '<!here|x>',
  '<!subteam^S0ABC>',
  '<@U0BOB>',
  '<#C0INCIDENTS>',
  '<https://evil.example|click me>',
  'https://evil.example',
  '```',
  '*bold*',
  '_it_',
  '~no~',
  '`code`',
  ':bomb:',
  '> quote',
  '&lt;!channel&gt;',
  '\u202e drowssap \u202c',
  '\u2066\u2067\u2068\u2069\u200e\u200f\u061c',
  '\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e',
  '\u{e0041}\u{e0042}\u{e007f}',
  '\u0000\u0007\u001b[31m\u009b\u007f',
  '\u2028\u2029\u0085',
  '\u3164\u115f\uffa0',
  '\ud83d',
  '\udc00',
  '\r\n\r',
  '😀'.repeat(40),
  'x'.repeat(5000),
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary', maxLength: 12 })), {
    maxLength: 6,
  })
  .map((parts) => parts.join('') + MARK);

/** Everything that no text which leaves may hold, whatever it came from; a tab and a line feed are none of it. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/u;

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsOf);
}

/** Texts that Slack parses: mrkdwn, and the top-level text. */
function parsedTexts(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && value.type === 'mrkdwn' && 'text' in value ? stringsOf(value.text) : [];
  return [...own, ...Object.values(value).flatMap(parsedTexts)];
}

/** What is left of a parsed text when our own mentions of known people and our times are taken out. */
const foreign = (parsed: string) =>
  parsed.replaceAll(/<@U0ALICE>|<!date\^\d+\^\{time_secs\}\|[^<>|]*>/g, '').replaceAll(/`[0-9a-f]{8}`/g, '');

function expectHarmless(value: unknown, spoken?: string): void {
  for (const one of stringsOf(value)) expect(one.replaceAll(/[\n\t]/g, '')).not.toMatch(UNSEEN);
  for (const parsed of [...parsedTexts(value), ...(spoken === undefined ? [] : [spoken])])
    expect(foreign(parsed)).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
  for (const parsed of parsedTexts(value)) expect(foreign(parsed)).not.toMatch(/[*_~`]|:[^\s:]+:/);
}

function expectMessage(blocks: readonly types.KnownBlock[], text: string): void {
  expect(validateBlocks(blocks, 'message', ['blocks'])).toMatchObject({ ok: true });
  expect(textLength(blocks)).toBeLessThanOrEqual(12_000);
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(4000);
  expectHarmless(blocks, text);
}

function expectModal(modal: types.ModalView): void {
  expect(validateView(modal)).toEqual([]);
  expect(JSON.stringify(modal).length).toBeLessThan(250_000);
  expectHarmless(modal);
}

/** A plan, an outcome and a situation in which every text is this one. */
function evilPlan(evil: string, count: number): Plan {
  const facts = [
    { name: evil, value: evil },
    { name: 'State', value: evil },
  ];
  const targets = Array.from({ length: count }, (_, index) =>
    target(index, { label: evil, why: evil, owner: evil, sql: evil, facts }),
  );
  return plan({
    targets,
    summary: evil,
    impact: evil,
    undo: evil,
    wontSolve: [evil],
    warnings: [evil],
    excluded: [{ label: evil, reason: evil }],
    commands: [{ label: evil, language: 'sql', text: evil }],
    choices: [
      {
        id: 'how',
        label: evil,
        options: [
          { value: 'a', label: evil, consequence: evil },
          { value: 'b', label: evil, consequence: evil },
        ],
        default: 'a',
      },
    ],
  });
}

const evilCause = (evil: string) =>
  cause({
    title: evil,
    evidence: [evil],
    helps: [evil],
    wontHelp: [evil],
    settles: [evil],
    culprit: {
      kind: 'CronJob',
      namespace: evil,
      name: evil,
      evidence: [{ strength: 'weak', text: evil }],
    },
  });

const evilSituation = (evil: string): Situation => ({
  known: [{ name: evil, value: evil }],
  unknown: [evil],
  done: [evil],
  next: [{ label: evil, language: 'sql', text: evil }],
});

function evilView(evil: string, status: StepStatus, count: number) {
  const own = evilPlan(evil, count);
  const decided = {
    by: ALICE,
    at: '2026-11-15T14:23:00Z',
    selection: { targets: [], choices: { how: 'a' } },
  };
  const card = attempt('kill', status, {
    plan: own,
    differs: [evil],
    decision: status === 'awaiting' ? null : decided,
    outcome: outcome({
      summary: evil,
      done: [{ target: evil, detail: evil }],
      skipped: [{ target: evil, reason: evil }],
      facts: [{ name: evil, value: evil, trend: 'rising' }],
      table: { columns: [evil, evil], rows: [[evil, evil]] },
      causes: [evilCause(evil)],
    }),
    verdict: verdict({
      evidence: evil,
      series: [{ name: evil, unit: evil, points: [[1, 2]] }],
      situation: evilSituation(evil),
    }),
    fault: { code: evil, message: evil, hint: evil, phase: 'execute', situation: evilSituation(evil) },
    closing: { by: { kind: 'policy', id: evil, name: evil }, reason: evil, choice: 'skip' },
  });
  const shown = view([card], {
    title: evil,
    database: evil,
    service: evil,
    severity: evil,
    causes: [evilCause(evil)],
    alerts: [{ alert: alert({ name: evil }), at: '2026-11-15T14:23:00Z' }],
  });
  const progress = { text: evil, series: [{ name: evil, unit: evil, points: [[1, 2] as [number, number]] }] };
  return { card, shown: { ...shown, progress: { step: 'kill', attempt: 1, progress } } };
}

const anyStatus = fc.constantFrom(...(Object.keys(stepStates) as StepStatus[]));

test('no text from outside is parsed, hides anything, or breaks a limit, in any message, its plain form, or any modal', () => {
  fc.assert(
    fc.property(hostile, anyStatus, fc.constantFrom(1, 3, 12, 120), (evil, status, count) => {
      const { card, shown } = evilView(evil, status, count);
      for (const message of messagesOf(shown)) {
        expectMessage(message.blocks, message.text);
        for (const plainer of reduced(message)) expectMessage(plainer.blocks, plainer.text);
      }
      const value = { i: 'INC-1', s: 'kill', a: 1, h: 'h', t: null };
      if (card.plan !== null) {
        expectModal(targetsModal(card.plan, null, value));
        expectModal(statementModal(card.plan));
      }
      expectModal(explainModal(shown.incident, card));
      expectModal(whyNotModal(shown.incident));
      expectModal(sentenceModal(evil, evil.replaceAll('<@U0BOB>', '')));
      const answer = say(evil.replaceAll('<@U0BOB>', ''));
      expectMessage(answer.blocks, answer.text);
      const at = '2026-11-15T14:23:00Z';
      const notice = {
        key: 'k',
        heading: evil,
        title: evil,
        text: evil,
        hint: evil,
        firstAt: at,
        lastAt: at,
        count: 2,
      };
      for (const message of noticeMessages([notice])) expectMessage(message.blocks, message.text);
    }),
    { numRuns: 60 },
  );
});

test('a megabyte of SQL fits into the card and into every modal', () => {
  const evil = `SELECT '${'<!channel>'.repeat(100_000)}'${MARK}`;
  const { card, shown } = evilView(evil, 'awaiting', 30);
  for (const message of messagesOf(shown)) expectMessage(message.blocks, message.text);
  if (card.plan === null) throw new Error('There is no plan.');
  expectModal(statementModal(card.plan));
  expectModal(explainModal(shown.incident, card));
});

test('what cannot be seen is shown as such, once for each place; what can be seen stays', () => {
  expect(safeText('report\u202egenerator')).toBe('report\u{fffd}generator');
  expect(safeText('a\u0000\u200b\u{e0041}b')).toBe('a\u{fffd}b');
  expect(safeText('Größe 東京 ⚠️ ⏭️ x\ty\r\nz')).toBe('Größe 東京 ⚠️ ⏭️ x\ty\nz');
});
