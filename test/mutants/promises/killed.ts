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
];
