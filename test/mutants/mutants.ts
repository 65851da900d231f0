/** One promise, and the code that keeps it taken away: its test has to fail. */
export interface Mutant {
  /** What users would lose. */
  readonly promise: string;
  readonly file: string;
  /** Text that stands once in the file. */
  readonly was: string;
  readonly becomes: string;
  /** The file of tests that notices. */
  readonly test: string;
}

const decisions = 'test/domain/decisions.property.test.ts';
const chain = 'test/domain/journal-chain.property.test.ts';
const engine = 'test/engine/engine.test.ts';
const journal = 'test/adapters/state/journal.test.ts';
const outbox = 'test/slack/outbox/outbox.test.ts';
const interrupted = 'test/steps/interrupted.test.ts';
const replicas = 'test/adapters/state/replicas.test.ts';
const retention = 'test/adapters/state/retention.test.ts';

/** Promises of docs/reliability.md, each without what keeps it. */
export const mutants: readonly Mutant[] = [
  {
    promise: 'of two writers of one version, one wins',
    file: 'src/adapters/state/journal-append.ts',
    was: 'if (expectedVersion !== null && version !== expectedVersion) throw new Conflict();',
    becomes: '',
    test: journal,
  },
  {
    promise: 'an alert is settled once',
    file: 'src/adapters/state/journal-append.ts',
    was: 'if (unknown === undefined) throw new Conflict();',
    becomes: 'if (unknown === undefined) return;',
    test: journal,
  },
  {
    promise: 'a second open incident of one database is a conflict',
    file: 'src/adapters/state/journal-append.ts',
    was: 'error.constraint === ONE_OPEN_INCIDENT',
    becomes: 'error.constraint === "another"',
    test: journal,
  },
  {
    promise: 'work is taken when its events can be seen',
    file: 'src/adapters/state/queue/enqueue.ts',
    was: 'order by job.id for update of job`',
    becomes: 'order by job.id`',
    test: 'test/adapters/state/work-queue.test.ts',
  },
  {
    promise: 'an alert is acknowledged when it is stored',
    file: 'src/intake/routes.ts',
    was: 'await inTime(options.store(parsed))',
    becomes: 'void options.store(parsed).catch(() => undefined)',
    test: 'test/intake/routes.test.ts',
  },
  {
    promise: 'what keeps an incident from being opened does not keep its alert out',
    file: 'src/adapters/state/store-alerts.ts',
    was: 'if (isStateAway(error) && !waitedTooLong) throw error;',
    becomes: 'throw error;',
    test: 'test/intake/open-at-once.test.ts',
  },
  {
    promise: 'a process that was frozen after an opening posts no second parent',
    file: 'src/slack/outbox/news.ts',
    was: 'return age >= 0 && age < FRESH_MS;',
    becomes: 'return age >= 0;',
    test: 'test/slack/outbox/news.test.ts',
  },
  {
    promise: 'what one sender sent does not keep out the others',
    file: 'src/adapters/state/alert-batches.ts',
    was: '} else if (calls.length > 1) {',
    becomes: '} else if (calls.length > 1_000_000) {',
    test: 'test/adapters/state/alert-batches.test.ts',
  },
  {
    promise: 'a storm cannot take the memory of the process',
    file: 'src/adapters/state/alert-batches.ts',
    was: 'if (characters + call.characters > MOST_WAITING && characters > 0) throw tooMuch();',
    becomes: '',
    test: 'test/adapters/state/alert-batches.test.ts',
  },
  {
    promise: 'a click counts once',
    file: 'src/domain/decide.ts',
    was: 'return click !== undefined && incident.clicks.includes(click);',
    becomes: 'return click === "never" && incident.clicks.includes(click);',
    test: decisions,
  },
  {
    promise: 'two people are two different people',
    file: 'src/domain/approve.ts',
    was: 'if (isSame(approval.by, command.by)) return samePerson(current, now);',
    becomes: 'if (isSame(approval.by, command.by) && now.getTime() === 0) return samePerson(current, now);',
    test: decisions,
  },
  {
    promise: 'an expired plan is never decided on',
    file: 'src/domain/approve.ts',
    was: 'return expiresAt !== null && now.getTime() >= Date.parse(expiresAt);',
    becomes: 'return expiresAt === "" && now.getTime() >= Date.parse(expiresAt);',
    test: decisions,
  },
  {
    promise: 'a click on anything but the card as it is now changes nothing',
    file: 'src/domain/approve.ts',
    was: 'if (command.hash !== cardHash(current) && !early) {',
    becomes: 'if (command.hash === "never" && command.hash !== cardHash(current) && !early) {',
    test: decisions,
  },
  {
    promise: 'the second of two approves what the first chose',
    file: 'src/domain/approve.ts',
    was: 'if (early || others.length > 0) {',
    becomes: 'if (others.length > 1_000) {',
    test: 'test/engine/decisions.test.ts',
  },
  {
    promise: 'a policy decides only on what only reads',
    file: 'src/domain/approve.ts',
    was: "(by.kind === 'policy' && step.confirm === 'none')",
    becomes: "(by.kind === 'policy' && step.confirm !== null)",
    test: decisions,
  },
  {
    promise: 'of two processes one begins the effect',
    file: 'src/domain/decide.ts',
    was: "return in_('approved', 'executing') && command.intents === current.intents\n        ? accept({ type: 'effect.intended'",
    becomes: "return in_('approved', 'executing')\n        ? accept({ type: 'effect.intended'",
    test: 'test/domain/replaced-executor.test.ts',
  },
  {
    promise: 'a process that has lost its hold changes nothing',
    file: 'src/engine/fenced-ports.ts',
    was: 'await confirm();\n        return await workloads.suspendJob',
    becomes: 'return await workloads.suspendJob',
    test: engine,
  },
  ...['databases.resumeReplay', 'poolers.resume', 'workloads.changeCronJob'].map((change) => ({
    promise: `a process that has lost its hold changes nothing (${change})`,
    file: 'src/engine/fenced-ports.ts',
    was: `await confirm();\n        return await ${change}(`,
    becomes: `return await ${change}(`,
    test: interrupted,
  })),
  {
    promise: 'after a crash PgBouncer is not told a second time to reconnect',
    file: 'src/steps/pgbouncer/reconnect/execute.ts',
    was: 'if (isLeft(target.identity, reading))',
    becomes: 'if (isLeft(target.identity, reading) || pool.length > 0)',
    test: interrupted,
  },
  {
    promise: 'a step that was interrupted half-way is finished after a crash',
    file: 'src/steps/shared/setting/carry-out.ts',
    was: 'if (reached.length < targets.length)',
    becomes: 'if (reached.length === 0)',
    test: interrupted,
  },
  {
    promise: 'an effect of unknown outcome is looked at before it is begun again',
    file: 'src/engine/phases.ts',
    was: "if (found.status === 'done')\n          return { type: 'complete', ...ref, outcome: found.outcome, reconciled: true, intents };\n        const obstacle",
    becomes: 'const obstacle',
    test: engine,
  },
  {
    promise: 'the world is looked at again before the effect',
    file: 'src/engine/phases.ts',
    was: 'const differs = await kind.recheck(ctx, plan, selection);',
    becomes: 'const differs: string[] = [];',
    test: engine,
  },
  {
    promise: 'a poisonous effect is not begun for ever',
    file: 'src/engine/phases.ts',
    was: 'const MOST_INTENTS = 3;',
    becomes: 'const MOST_INTENTS = 3_000;',
    test: engine,
  },
  ...[
    ['an edited entry', 'bodyHashOf(body) !== entry.bodyHash', 'bodyHashOf(body) === ""'],
    ['an entry with other fields', 'entryHash(entry) !== entry.hash', 'entryHash(entry) === ""'],
    ['a cut-off end', 'if (position > last.position) found(', 'if (position < 0) found('],
    ['a journal written anew', '!entry.hash.startsWith(hash)', 'hash === "never"'],
  ].map(([what, was, becomes]) => ({
    promise: `the journal shows ${what}`,
    file: 'src/domain/journal-chain.ts',
    was: was ?? '',
    becomes: becomes ?? '',
    test: chain,
  })),
  {
    promise: 'the journal shows an entry that was replaced with a fitting hash',
    file: 'src/domain/journal-chain.ts',
    was: 'entry.previousHash !== last.hash',
    becomes: 'entry.previousHash === "never"',
    test: 'test/adapters/state/journal-verify.test.ts',
  },
  {
    promise: 'retention removes nothing without saying so in the journal',
    file: 'src/adapters/state/retention.ts',
    was: "const event = { type: 'journal.pruned', policy, by, streams, alerts: alerts.length } as const;",
    becomes:
      "const event = { type: 'journal.pruned', policy, by, streams: {}, alerts: alerts.length } as const;",
    test: retention,
  },
  {
    promise: 'retention leaves what is not over for long enough',
    file: 'src/adapters/state/retention.ts',
    was: 'and updated_at < clock_timestamp() - make_interval',
    becomes: 'and updated_at < clock_timestamp() + make_interval',
    test: retention,
  },
  {
    promise: 'decisions that the state lost after it had confirmed them are noticed',
    file: 'src/adapters/state/journal-witness.ts',
    was: 'if (found?.hash === hash) return;',
    becomes: 'if (found?.hash !== "never") return;',
    test: 'test/adapters/state/trouble.test.ts',
  },
  {
    promise: 'what the state lost is noticed when it is back, before anybody writes',
    file: 'src/adapters/state/presence.ts',
    was: 'if (registeredOn !== null) await parts.onReturn();',
    becomes: '',
    test: 'test/adapters/state/trouble.test.ts',
  },
  {
    promise: 'what the state lost is not remembered',
    file: 'src/engine/folded-incidents.ts',
    was: 'events.get(id)?.[0]?.hash !== known.get(id)?.hash',
    becomes: 'events.get(id)?.[0]?.hash === "never"',
    test: 'test/engine/folded-incidents.test.ts',
  },
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
    promise: 'another replica goes on when one is killed',
    file: 'src/adapters/state/presence.ts',
    was: 'if (gone.length > 0) parts.onGone();',
    becomes: '',
    test: replicas,
  },
  {
    promise: 'an older replica can read what a newer one writes',
    file: 'src/domain/event-versions.ts',
    was: 'lowered === null ? null : change.down(lowered)',
    becomes: 'lowered',
    test: 'test/domain/event-versions.property.test.ts',
  },
  {
    promise: 'a frozen holder is replaced',
    file: 'src/adapters/state/lock-session.ts',
    was: '-c idle_session_timeout=15000',
    becomes: '-c idle_session_timeout=0',
    test: replicas,
  },
  {
    promise: 'a refresh of a socket leaves no gap',
    file: 'src/slack/app/dual-socket-receiver.ts',
    was: '      second.startInBackground();\n',
    becomes: '',
    test: 'test/slack/app/trouble.test.ts',
  },
  {
    promise: 'a stop leaves nothing open',
    file: 'src/app.ts',
    was: 'started.defer(async () => databases.stop());',
    becomes: '',
    test: 'test/e2e/clean-stop.test.ts',
  },
  {
    promise: 'an embedded state has one owner',
    file: 'src/adapters/embedded-postgres/directory-lock.ts',
    was: 'BEGIN EXCLUSIVE;',
    becomes: 'BEGIN;',
    test: 'test/adapters/embedded-postgres/directory-lock.test.ts',
  },
];
