import type { Mutant } from '../mutant.ts';

const engine = 'test/engine/engine.test.ts';

/** docs/reliability.md, "The wrong session, workload or cause". */
export const wrongTarget: readonly Mutant[] = [
  {
    promise: 'the world is looked at again before the effect',
    file: 'src/engine/phases.ts',
    was: 'const differs = await kind.recheck(ctx, plan, selection);',
    becomes: 'const differs: string[] = [];',
    test: engine,
  },
  {
    promise: 'a setting that somebody changed in the last moment is not changed',
    file: 'src/adapters/postgres/settings.ts',
    was: '  IF (${storedValue(change.setting)}) IS DISTINCT FROM ${literal(from)} THEN\n',
    becomes: "  IF ${literal(from)} = 'never' AND (${storedValue(change.setting)}) IS NULL THEN\n",
    test: 'test/adapters/postgres/settings.test.ts',
  },
  {
    promise: 'another backend under the same pid is not signalled',
    file: 'src/adapters/postgres/sql/signal.ts',
    was: "    WHEN backend_start IS DISTINCT FROM $2::timestamptz                     THEN 'refused:pid_reused'\n",
    becomes:
      "    WHEN backend_start IS DISTINCT FROM $2::timestamptz AND false           THEN 'refused:pid_reused'\n",
    test: 'test/adapters/postgres/signalling.test.ts',
  },
  {
    promise: 'another transaction is not terminated',
    file: 'src/adapters/postgres/sql/signal.ts',
    was: "    WHEN $3::timestamptz IS NOT NULL AND xact_start  IS DISTINCT FROM $3::timestamptz THEN 'refused:transaction_changed'\n",
    becomes: '',
    test: 'test/adapters/postgres/signalling.test.ts',
  },
  {
    promise: 'what is too vague to be one session is not signalled',
    file: 'src/adapters/postgres/signalling.ts',
    was: "return identity.queryStart === null && (how === 'cancel' || identity.xactStart === null);",
    becomes: 'return false;',
    test: 'test/adapters/postgres/signalling.test.ts',
  },
  {
    promise: 'protected roles are not signalled',
    file: 'src/adapters/postgres/sql/signal.ts',
    was: "    WHEN usesysid = ANY (prot)                                              THEN 'refused:protected_role'\n",
    becomes: '',
    test: 'test/adapters/postgres/signalling.test.ts',
  },
  {
    promise: 'protected applications are not signalled',
    file: 'src/adapters/postgres/sql/signal.ts',
    was: "    WHEN application_name ~ $7::text                                        THEN 'refused:protected_app'\n",
    becomes:
      "    WHEN application_name ~ $7::text AND false                              THEN 'refused:protected_app'\n",
    test: 'test/adapters/postgres/signalling.test.ts',
  },
  {
    promise: 'superusers are not signalled',
    file: 'src/adapters/postgres/sql/shields.ts',
    was: "['superuser', 'usesysid = ANY (su)'],",
    becomes: '',
    test: 'test/adapters/postgres/signalling.test.ts',
  },
  {
    promise: 'what the configuration protects, no plan takes away',
    file: 'src/adapters/postgres/databases.ts',
    was: '...new Set([...options.guard[list], ...guard[list]]),',
    becomes: '...new Set(guard[list]),',
    test: 'test/adapters/postgres/signalling.test.ts',
  },
  {
    promise: 'a pooled connection that went to another client is not signalled',
    file: 'src/adapters/postgres/sql/signal.ts',
    was: "    WHEN $3::timestamptz IS NOT NULL AND xact_start  IS DISTINCT FROM $3::timestamptz THEN 'refused:transaction_changed'\n",
    becomes: '',
    test: 'test/diagnosis/pgbouncer.pg.test.ts',
  },
  {
    promise: 'who waits for a lock is not offered for a kill',
    file: 'src/steps/postgres/kill-queries/select.ts',
    was: '!isLockWaiter(session) && (session',
    becomes: '(session',
    test: 'test/steps/kill-queries.test.ts',
  },
  {
    promise: 'only the head of a queue is offered to end it',
    file: 'src/diagnosis/root-blockers.ts',
    was: 'if (next === undefined || next.length === 0) {',
    becomes: 'if (next === undefined || next.length === 0 || pid !== start) {',
    test: 'test/steps/end-blockers.test.ts',
  },
  {
    promise: 'innocents that merely run at the same time are not blamed',
    file: 'src/diagnosis/runaway.ts',
    was: 'if (pressed && !explains(owner, facts, pressure)) return null;',
    becomes: '',
    test: 'test/diagnosis/fixtures.test.ts',
  },
  {
    promise: 'what kind of work it is does not depend on its name',
    file: 'src/diagnosis/runaway.ts',
    was: "if (culprit.kind === 'CronJob' || culprit.kind === 'Job') return 'batch';",
    becomes: "if (/report/.test(culprit.name)) return 'batch';",
    test: 'test/diagnosis/fixtures.test.ts',
  },
  {
    promise: 'a remedy that is broken off cancels no session but its own',
    file: 'src/adapters/postgres/remedies/own-session.ts',
    was: 'WHERE backend_start = $2::timestamptz',
    becomes: 'WHERE $2::text IS NOT NULL',
    test: 'test/adapters/postgres/own-session.test.ts',
  },
  {
    promise: 'a session that the role may not see has not ended',
    file: 'src/adapters/postgres/sql/alive.ts',
    was: 'WHERE a.backend_start IS NULL',
    becomes: 'WHERE false',
    test: 'test/adapters/postgres/signalling.test.ts',
  },
];
