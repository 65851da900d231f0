import { expect, test } from 'vitest';
import { consequence } from '../../../src/slack/blocks/consequence.ts';
import { plan, target } from '../fixtures.ts';

test('the dialog does not repeat what was proposed when a person chose something else', () => {
  const proposed = plan({ summary: 'Suspend a and b.', targets: [target(1), target(2)], choices: [] });
  const [first, second] = proposed.targets.map(({ id }) => id);
  const said = (targets: (string | undefined)[]) =>
    consequence(proposed, { targets: targets.filter((id) => id !== undefined), choices: {} }, null);
  expect(said([first, second])).toContain('Suspend a and b.');
  expect(said([second])).toContain('Acts on pid 4702.');
  expect(said([second])).not.toContain('Suspend a and b.');
});
