import { defineCheck, ok } from '../../check.ts';
import { textRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'deciders',
  kind: 'firebreak',
  title: 'Somebody may decide',
  purpose: 'Have people whose click counts, for each class of action.',
  without: 'Cards are shown, and every click on them is refused.',
  check({ nobodyMay }) {
    if (nobodyMay.length === 0) return ok('for every class of action');
    return {
      status: 'missing',
      found: `Nobody may decide about: ${nobodyMay.join(', ')}.`,
      remedy: textRemedy(
        'Name people by their Slack user id (profile → … → Copy member ID), a user group, or whoever is on call.',
        'in firebreak.yml',
        ['authority:', ...nobodyMay.map((one) => `  ${one}: [U0123ABCD]`)].join('\n'),
      ),
    };
  },
});
