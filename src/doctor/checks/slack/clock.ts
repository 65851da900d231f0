import { defineCheck } from '../../check.ts';
import { clockVerdict } from '../../clock.ts';

export const check = defineCheck({
  id: 'clock',
  kind: 'slack',
  title: 'Clock of this machine, by Slack',
  purpose: 'Check the time in the signatures of Slack and of alert senders.',
  without: 'Requests older than 5 minutes are refused as repeated, and yours are if a clock is wrong.',
  check: ({ clock }) => clockVerdict(clock, 'Slack'),
});
