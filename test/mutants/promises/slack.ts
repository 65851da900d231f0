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
  {
    promise: 'a post is written down before it is sent',
    file: 'src/slack/outbox/perform.ts',
    was: 'const isWritten = isReserved || (await tools.messages.replace(row, earlier));',
    becomes: 'const isWritten = true;',
    test: outbox,
  },
  {
    promise:
      'a replica that stood still in the middle of a post adds no message to those of the one that took over',
    file: 'src/adapters/state/chat-messages.ts',
    was: "return present.doUpdateSet(placeOf(message)).where('chat_message.nonce', '=', before.nonce);",
    becomes: 'return present.doUpdateSet(placeOf(message));',
    test: 'test/adapters/state/chat-messages.test.ts',
  },
  {
    promise: 'the hold is confirmed when a row took long to be written',
    file: 'src/slack/outbox/perform.ts',
    was: 'if (row === null || !(isFresh(row, tools.clock) || (await place.isOurs()))) return DONE;',
    becomes: 'if (row === null) return DONE;',
    test: 'test/slack/outbox/replaced.test.ts',
  },
  {
    promise: 'a post that came too late is taken back',
    file: 'src/slack/outbox/perform.ts',
    was: 'if (!(await tools.messages.replace(posted, row))) await takeBack(tools, posted);',
    becomes: 'await tools.messages.replace(posted, row);',
    test: 'test/slack/outbox/replaced.test.ts',
  },
  {
    promise: 'Firebreak starts without Slack',
    file: 'src/slack/app/connection.ts',
    was: 'if (failed !== null && !(isFirebreakError(failed.error) && failed.error.retryable)) throw failed.error;',
    becomes: 'if (failed !== null) throw failed.error;',
    test: 'test/slack/app/trouble.test.ts',
  },
  {
    promise: 'whether Slack is back is found out without anybody asking',
    file: 'src/slack/health/watch.ts',
    was: '    await checkOnce(options);\n',
    becomes: '',
    test: 'test/slack/outbox/trouble.test.ts',
  },
  {
    promise: 'a revoked token is noticed while nothing happens',
    file: 'src/slack/health/heartbeat.ts',
    was: '      await check();\n',
    becomes: '',
    test: 'test/slack/app/trouble.test.ts',
  },
  {
    promise: 'a terminal takes the incident over when its process dies',
    file: 'src/cli/triage/sit.ts',
    was: 'if (!seat.lost.aborted) throw error;',
    becomes: 'throw error;',
    test: 'test/e2e/terminal.test.ts',
  },
  {
    promise: 'a file of a replaced process that comes late is taken back',
    file: 'src/slack/documents/clerk.ts',
    was: 'if (!isOurs) await takeBack(place, row);',
    becomes: '',
    test: 'test/slack/documents/replaced.test.ts',
  },
  {
    promise: 'a process that was replaced shares no file',
    file: 'src/slack/documents/clerk.ts',
    was: 'await confirm();\n    await shareFile',
    becomes: 'await shareFile',
    test: 'test/slack/documents/replaced.test.ts',
  },
  {
    promise: 'a canvas is made once, whoever dies over it',
    file: 'src/slack/documents/clerk.ts',
    was: 'await write(row, null);',
    becomes: '',
    test: 'test/slack/documents/replaced.test.ts',
  },
  {
    promise: 'a message that Slack refuses does not silence its thread',
    file: 'src/slack/outbox/set-aside.ts',
    was: 'times >= MOST_REFUSALS',
    becomes: 'times < 0',
    test: 'test/slack/outbox/trouble.test.ts',
  },
];
