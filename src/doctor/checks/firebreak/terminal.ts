import { formatCount } from '../../../domain/format.ts';
import { defineCheck, ok } from '../../check.ts';
import { textRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'terminal',
  kind: 'firebreak',
  title: 'Somebody may sit at a terminal',
  purpose: 'Go on with "firebreak triage" when Slack is down.',
  without: 'Nobody can decide anything while Slack is down.',
  check({ terminalPeople }) {
    if (terminalPeople > 0) return ok(formatCount(terminalPeople, 'person', 'people'));
    return {
      status: 'advice',
      found: 'Nobody may.',
      remedy: textRemedy(
        'Name the people, with the account of the machine or with a passphrase.',
        'in firebreak.yml',
        'terminal:\n  people:\n    - { person: U0123ABCD, name: Ji-woo Kim, login: jwkim }',
      ),
    };
  },
});
