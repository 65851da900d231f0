import { defineCheck, ok } from '../../check.ts';

export const check = defineCheck({
  id: 'connection',
  kind: 'on-call',
  title: 'Source and its credential',
  purpose: 'Ask who is on call, at the click.',
  without: 'Whoever is on call may decide nothing, and is not called when a decision waits.',
  check: ({ people }) => ok(people.length === 0 ? 'it answers' : `on call: ${people.join(', ')}`),
});
