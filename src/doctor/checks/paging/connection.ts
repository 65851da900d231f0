import { defineCheck, ok } from '../../check.ts';

export const check = defineCheck({
  id: 'connection',
  kind: 'paging',
  title: 'Pager and its credential',
  purpose: 'Wake somebody when a decision waits too long.',
  without: 'A decision that waits at night is seen in the morning.',
  check: () => ok('it took a message that closes an alert which does not exist; nobody was woken'),
});
