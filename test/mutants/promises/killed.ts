import type { Mutant } from '../mutant.ts';

const engine = 'test/engine/engine.test.ts';
const journal = 'test/adapters/state/journal.test.ts';
const interrupted = 'test/steps/interrupted.test.ts';

/** docs/reliability.md, "Killed at any instruction". */
export const killed: readonly Mutant[] = [
  {
    promise: 'of two writers of one version, one wins',
    file: 'src/adapters/state/journal-append.ts',
    was: 'if (expectedVersion !== null && version !== expectedVersion) throw new Conflict();',
    becomes: '',
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
    promise: 'a poisonous effect is not begun for ever',
    file: 'src/engine/phases.ts',
    was: 'const MOST_INTENTS = 3;',
    becomes: 'const MOST_INTENTS = 3_000;',
    test: engine,
  },
  {
    promise: 'the next process takes over the embedded server that survived',
    file: 'src/adapters/embedded-postgres/adoption.ts',
    was: "if (verdict === 'ours') {",
    becomes: "if (verdict === 'ours' && lock.pid < 0) {",
    test: 'test/adapters/embedded-postgres/start-postgres.test.ts',
  },
  {
    promise: 'an embedded server that is killed is started again',
    file: 'src/adapters/embedded-postgres/supervise.ts',
    was: 'if (current.hasExited()) await startAgain();',
    becomes: '',
    test: 'test/adapters/embedded-postgres/supervise.test.ts',
  },
  {
    promise: 'an action that did not begin before its approval grew old is asked for again',
    file: 'src/engine/phases.ts',
    was: "        if (tooOld)\n          return {\n            type: 'drifted',",
    becomes:
      "        if (tooOld && plan.targets.length > 1_000)\n          return {\n            type: 'drifted',",
    test: 'test/engine/engine.test.ts',
  },
  {
    promise: 'a valve that was opened half-way goes on from where it stands',
    file: 'src/steps/postgres/restore-load/execute.ts',
    was: 'let value = await present(ctx, valve);',
    becomes: 'let value: string | null = (await present(ctx, valve), valve.closed);',
    test: 'test/steps/interrupted.test.ts',
  },
  {
    promise: 'no remedy begins once an incident is open',
    file: 'src/engine/advance.ts',
    was: "...(newest.purpose === 'prevention' ? { unlessOpen: dedupeKeyOf(newest.database) } : {}),",
    becomes: '',
    test: 'test/engine/prevention.test.ts',
  },
  {
    promise: 'an incident that is opened in the middle of a remedy stops what is left of it',
    file: 'src/engine/hold.ts',
    was: 'await confirm();\n    const held = await heldBy(state, incident);\n    if (held !== null)',
    becomes: 'await confirm();\n    const held = await heldBy(state, incident);\n    if (held === "never")',
    test: 'test/engine/prevention.test.ts',
  },
  {
    promise: 'the audits of one time are not done twice',
    file: 'src/engine/keep-schedule.ts',
    was: 'newest.getTime() > since',
    becomes: 'newest.getTime() > since - STILL_DUE_MS',
    test: 'test/engine/keep-audits.pg.test.ts',
  },
  {
    promise: 'a digest is recorded once',
    file: 'src/engine/audit-digests.ts',
    was: 'if (last !== undefined && last.digest.slot >= digest.slot) return false;',
    becomes: '',
    test: 'test/engine/audit-digests.test.ts',
  },
  {
    promise: 'an alert that a dead process left unsettled is found',
    file: 'src/adapters/state/queue/work-queue.ts',
    was: 'if (stopping === undefined) lookForOverdue();\n      }),',
    becomes: '}),',
    test: 'test/adapters/state/faults.test.ts',
  },
  {
    promise: 'work that the queue has lost is found',
    file: 'src/adapters/state/queue/rounds.ts',
    was: 'for (const { kind, key } of stopped ? [] : work) {',
    becomes: 'for (const { kind, key } of stopped ? work : []) {',
    test: 'test/adapters/state/replicas.test.ts',
  },
  {
    promise: 'a digest of the follow-ups is recorded once',
    file: 'src/engine/keep-follow-ups.ts',
    was: 'record.digest !== null && record.digest.slot >= slot',
    becomes: 'record.digest !== null && slot === "never"',
    test: 'test/engine/keep-follow-ups.test.ts',
  },
  {
    promise: 'an incident that is opened in the moment of the decision stops the watchdog',
    file: 'src/watchdog/keep.ts',
    was: 'book.append(page, intent, { unlessOpen })',
    becomes: 'book.append(page, intent)',
    test: 'test/watchdog/keep.pg.test.ts',
  },
  {
    promise: 'an embedded database in which a server has run is never created anew',
    file: 'src/adapters/embedded-postgres/cluster.ts',
    was: 'if (existsSync(join(dataDirectory, WRITTEN_AT_START))) {',
    becomes: 'if (dataDirectory === WRITTEN_AT_START) {',
    test: 'test/adapters/embedded-postgres/start-postgres.test.ts',
  },
];
