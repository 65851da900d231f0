import { defineCheck } from '../../check.ts';
import { clockVerdict } from '../../clock.ts';

export const check = defineCheck({
  id: 'clock',
  kind: 'postgres',
  title: 'Clock of the server',
  purpose: 'Put what happened in the database and in Firebreak into one order.',
  without: 'Times in the timeline contradict each other.',
  check: ({ clock }) => clockVerdict(clock, 'the server'),
});
