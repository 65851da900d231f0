import { defineCheck } from '../../check.ts';
import { clockVerdict } from '../../clock.ts';

export const check = defineCheck({
  id: 'clock',
  kind: 'kubernetes',
  title: 'Clock of the API server',
  purpose: 'Say when a CronJob runs next, and when something was rolled out.',
  without: 'A run that is minutes away is called past, or the other way round.',
  check: ({ clock }) => clockVerdict(clock, 'the API server'),
});
