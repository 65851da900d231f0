import { defineCheck, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'somebody',
  kind: 'on-call',
  title: 'Somebody is on call now',
  purpose: 'Have somebody who may decide at this hour.',
  without: 'Entries { onCall: … } of authority permit nobody now.',
  check({ people }) {
    if (people.length > 0) return ok(people.join(', '));
    return {
      status: 'advice',
      found: 'Nobody is.',
      remedy: inWords('Look at the schedule: a gap, a wrong id, or a time zone.'),
    };
  },
});
