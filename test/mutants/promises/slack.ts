import type { Mutant } from '../mutant.ts';

const outbox = 'test/slack/outbox/outbox.test.ts';

/** docs/reliability.md, "Slack in trouble". */
export const slack: readonly Mutant[] = [
  {
    promise: 'an answer lost after Slack posted leads to no second message',
    file: 'src/slack/outbox/next-actions.ts',
    was: "row === null || certainlyUnsent(row.nonce) ? { do: 'post', ...post, row } : { do: 'find', ...post, row }",
    becomes: "{ do: 'post', ...post, row }",
    test: outbox,
  },
  {
    promise: 'a post that outlived its process is not posted twice',
    file: 'src/slack/outbox/searches.ts',
    was: 'const ARRIVED_MS = 6_000;',
    becomes: 'const ARRIVED_MS = 0;',
    test: outbox,
  },
  {
    promise: 'Slack’s pace is kept',
    file: 'src/slack/outbox/pacer.ts',
    was: 'const paced = missing <= 0 ? 0 : Math.ceil((missing / pace.perSecond) * 1000);',
    becomes: 'const paced = missing * 0;',
    test: outbox,
  },
  {
    promise: 'nobody waits for ever for a turn in Slack',
    file: 'src/slack/outbox/turns.ts',
    was: '1: 3, 2: 10 }',
    becomes: '1: 3_000, 2: 10_000 }',
    test: 'test/slack/outbox/turns.test.ts',
  },
  {
    promise: 'who waited longest for Slack is served first',
    file: 'src/slack/outbox/lanes.ts',
    was: 'claims.filter((claim) => claim.lane === lane && waitAt(now, claim) === 0)',
    becomes: 'claims.filter((claim) => claim.lane === lane && waitAt(time() + now * 0, claim) === 0)',
    test: 'test/slack/outbox/lanes.test.ts',
  },
  {
    promise: 'an outage of Slack is told sparsely, and the channel catches up',
    file: 'src/slack/health/health.ts',
    was: 'failing.set(method, { since, last: now, failures: failures + 1, fault });\n      open = false;',
    becomes: 'failing.set(method, { since, last: now, failures: failures + 1, fault });',
    test: 'test/slack/outbox/trouble.test.ts',
  },
];
