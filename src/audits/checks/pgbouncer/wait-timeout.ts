import { poolerSettingAudit } from '../../pooler-setting-audit.ts';

/** Seconds. The default is 120; a person has long gone by then, and so has the caller's own timeout. */
const MOST = 30;

export const audit = poolerSettingAudit({
  id: 'wait-timeout',
  title: 'Clients wait too long for a connection',
  todo: 'Lower query_wait_timeout',
  severity: 'medium',
  why: 'When the pool is full every request hangs until its caller gives up, and the services behind one another fill up too.',
  falsePositives: 'A PgBouncer for batch jobs alone, which may wait: suppress it.',
  holds: ['lesson-4'],
  problem: ({ settings: { queryWaitTimeoutSeconds: wait } }) =>
    wait > 0 && wait <= MOST
      ? null
      : `query_wait_timeout = ${wait}${wait === 0 ? ', which is for ever' : ' s'}.`,
  note: 'Let clients fail fast and try again later: somewhat above the slowest good wait.',
  line: () => 'query_wait_timeout = 15',
});
