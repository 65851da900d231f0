import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StepStatus } from '../../../src/domain/incident.ts';
import { validateBlocks } from '../../../src/sandbox/slack/block-kit/validate.ts';
import { textLength } from '../../../src/sandbox/slack/block-kit/walk.ts';
import { messagesOf } from '../../../src/slack/outbox/messages-of.ts';
import { stepStates } from '../../../src/words/states.ts';
import { attempt, HOSTILE, view } from '../fixtures.ts';

const words = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ minLength: 1000, maxLength: 2000, size: 'max' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', ' ', '\n', HOSTILE, '\ud83d', '😀'.repeat(300), 'SELECT '.repeat(3000)),
  },
);
const few = { maxLength: 6 };
const facts = fc.array(fc.record({ name: words, value: words }), few);

const target = fc.record({
  id: fc.uuid(),
  label: words,
  why: words,
  owner: fc.option(words),
  facts,
  sql: fc.option(words),
  selected: fc.boolean(),
  identity: fc.constant(null),
});
/** Many targets that differ in their ids alone: cheap to make. */
const manyTargets = fc
  .tuple(target, fc.integer({ min: 11, max: 130 }))
  .map(([one, count]) => Array.from({ length: count }, (_, index) => ({ ...one, id: `${one.id}${index}` })));
const option = fc.record({ value: fc.uuid(), label: words, consequence: words });
const choice = fc
  .record({ id: fc.uuid(), label: words, options: fc.array(option, { minLength: 1, maxLength: 14 }) })
  .map((one) => ({ ...one, default: one.options[0]?.value ?? '' }));

const plan = fc.record({
  kind: words,
  params: fc.constant({}),
  summary: words,
  impact: words,
  undo: words,
  warnings: fc.array(words, few),
  targets: fc.oneof(fc.array(target, few), manyTargets),
  excluded: fc.array(fc.record({ label: words, reason: words }), few),
  choices: fc.array(choice, { maxLength: 10 }),
  commands: fc.array(fc.record({ label: words, language: fc.constant('sql' as const), text: words }), few),
  nothingToDo: fc.option(words),
});

const series = fc.array(
  fc.record({
    name: words,
    unit: words,
    points: fc.array(fc.tuple(fc.integer(), fc.double()), { maxLength: 80 }),
  }),
  { maxLength: 9 },
);
const outcome = fc.record({
  summary: words,
  done: fc.array(fc.record({ target: words, detail: words }), few),
  skipped: fc.array(fc.record({ target: words, reason: words }), few),
  facts,
  table: fc.option(
    fc.record({
      columns: fc.array(words, { maxLength: 24 }),
      rows: fc.oneof(
        fc.array(fc.array(words, few), { maxLength: 30 }),
        fc
          .tuple(fc.array(words, few), fc.integer({ min: 90, max: 130 }))
          .map(([row, count]) => Array.from({ length: count }, () => row)),
      ),
    }),
  ),
  causes: fc.array(
    fc.record({
      kind: words,
      title: words,
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      evidence: fc.array(words, few),
      rootSessions: fc.constant<string[]>([]),
      culprit: fc.option(
        fc.record({
          kind: fc.constantFrom('CronJob' as const, 'unknown' as const),
          namespace: fc.option(words),
          name: words,
          evidence: fc.constant<never[]>([]),
        }),
      ),
      helps: fc.array(words, few),
      wontHelp: fc.array(words, few),
      settles: fc.array(words, few),
    }),
    { maxLength: 5 },
  ),
  data: fc.constant(null),
});
const situation = fc.option(
  fc.record({
    known: facts,
    unknown: fc.array(words, few),
    done: fc.array(words, few),
    next: fc.array(fc.record({ label: words, language: fc.constant('sql' as const), text: words }), few),
  }),
  { nil: undefined },
);
const verdict = fc.record({
  situation,
  status: fc.constantFrom('passed' as const, 'failed' as const, 'inconclusive' as const),
  evidence: words,
  series,
  milestone: fc.constant(null),
  goBackTo: fc.constantFrom(null, 'suspend', 'nowhere'),
});
const fault = fc.record({
  situation,
  code: words,
  message: words,
  hint: words,
  phase: fc.constantFrom('plan' as const, 'execute' as const, 'reconcile' as const),
});

test('whatever the texts, every message is valid Block Kit and within the budget', () => {
  const statuses = fc.constantFrom(...(Object.keys(stepStates) as StepStatus[]));
  const card = fc.record({
    plan,
    differs: fc.array(words, few),
    outcome: fc.option(outcome),
    verdict: fc.option(verdict),
    fault: fc.option(fault),
  });
  fc.assert(
    fc.property(
      statuses,
      card,
      words,
      fc.record({ text: words, series }),
      (status, over, title, progress) => {
        const shown = view([attempt('kill', status, over)], { title, database: title, service: title });
        const present = { step: 'kill', attempt: 1, progress };
        for (const message of messagesOf({ ...shown, progress: present })) {
          expect(validateBlocks(message.blocks, 'message', ['blocks'])).toMatchObject({ ok: true });
          expect(textLength(message.blocks)).toBeLessThanOrEqual(12_000);
          expect(message.text.trim()).not.toBe('');
          expect(JSON.stringify(message.blocks)).not.toMatch(/(?<!\\)(?:\\\\)*\\ud[89ab]/i);
        }
      },
    ),
    { numRuns: 100 },
  );
});
