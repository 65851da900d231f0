import { expect, test } from 'vitest';
import { messagesOf } from '../../../src/slack/outbox/messages-of.ts';
import { attempt, cause, view } from '../fixtures.ts';

const keysOf = (shown: Parameters<typeof messagesOf>[0]) => messagesOf(shown).map(({ key }) => key);

test('a step that is about to be passed by has no card: one that was posted once would stay, with its buttons', () => {
  const planning = attempt('suspend', 'planning');
  const forAnother = { ...planning, step: { ...planning.step, for: ['pgbouncer-paused'] } };
  const causes = [cause({ kind: 'runaway-batch-query' })];
  expect(keysOf(view([forAnother], { causes }))).toEqual(['parent']);
  expect(keysOf(view([{ ...forAnother, wanted: true }], { causes }))).toEqual(['parent', 'step:suspend:1']);
  expect(keysOf(view([planning], { causes }))).toEqual(['parent', 'step:suspend:1']);
});
