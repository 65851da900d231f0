import { formatShare } from '../../../domain/format.ts';
import { defineCheck, ok } from '../../check.ts';

export const check = defineCheck({
  id: 'connection',
  kind: 'prometheus',
  title: 'Query API and CPU query',
  purpose: 'Measure the CPU of the host, which SQL cannot see.',
  without: 'The CPU is estimated from the sessions, and recovery is proved without it.',
  check: ({ cpu }) => ok(cpu === null ? 'it answers' : `CPU ${formatShare(cpu)}`),
});
