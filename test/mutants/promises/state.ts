import type { Mutant } from '../mutant.ts';

const backup = 'test/adapters/state/backup.test.ts';
const trouble = 'test/adapters/state/trouble.test.ts';
const chain = 'test/domain/journal-chain.property.test.ts';
const retention = 'test/adapters/state/retention.test.ts';

/** docs/reliability.md, "The state in trouble". */
export const state: readonly Mutant[] = [
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
    test: trouble,
  },
  {
    promise: 'what the state lost is noticed when it is back, before anybody writes',
    file: 'src/adapters/state/presence.ts',
    was: 'if (registeredOn !== null) await parts.onReturn();',
    becomes: '',
    test: trouble,
  },
  {
    promise: 'what the state lost is not remembered',
    file: 'src/engine/folded-incidents.ts',
    was: 'events.get(id)?.[0]?.hash !== known.get(id)?.hash',
    becomes: 'events.get(id)?.[0]?.hash === "never"',
    test: 'test/engine/folded-incidents.test.ts',
  },
  {
    promise: 'a session in which no transaction could begin takes nothing more',
    file: 'src/adapters/state/bounded-pool.ts',
    was: "if (sql === 'begin' || sql === 'rollback') broken = true;",
    becomes: '',
    test: 'test/adapters/state/ways.test.ts',
  },
  {
    promise: 'a transaction that was rolled back is not taken for committed',
    file: 'src/adapters/state/transaction.ts',
    was: "if (rows[0]?.command === 'ROLLBACK') throw new AbortedTransactionError();",
    becomes: '',
    test: 'test/adapters/state/ways.test.ts',
  },
  {
    promise: 'a network that swallows answers holds nobody for ever',
    file: 'src/adapters/state/bounded-pool.ts',
    was: 'const STATEMENT_MS = 10_000;',
    becomes: 'const STATEMENT_MS = 10_000_000;',
    test: trouble,
  },
  {
    promise: 'a commit of unknown outcome is said to be unknown',
    file: 'src/adapters/state/journal-append.ts',
    was: 'throw committing ? commitFailure(error) : error;',
    becomes: 'throw committing && error === null ? commitFailure(error) : error;',
    test: trouble,
  },
  {
    promise: 'an alert that cannot be stored is answered 503',
    file: 'src/intake/receive.ts',
    was: "return tryAgain('The alert could not be stored. Send it again.');",
    becomes: "return { ...tryAgain('The alert could not be stored. Send it again.'), status: 202 };",
    test: 'test/intake/routes.test.ts',
  },
  {
    promise: 'a sender is told when to try again',
    file: 'src/intake/receive.ts',
    was: 'return { status: 503, body: { error }, retryAfter: RETRY_SECONDS };',
    becomes: 'return { status: 503, body: { error } };',
    test: 'test/intake/routes.test.ts',
  },
  {
    promise: 'no action runs when its intent cannot be recorded',
    file: 'src/engine/phases.ts',
    was: 'if (!(await parts.intend())) return null;',
    becomes: 'if (!(await parts.intend().catch(() => true))) return null;',
    test: 'test/engine/engine.test.ts',
  },
  {
    promise: 'an outage of the state fails no step',
    file: 'src/engine/phases.ts',
    was: 'if (isStateAway(error)) throw error;',
    becomes: '',
    test: 'test/engine/engine.test.ts',
  },
  {
    promise: 'a state that may lose what it confirmed is warned of',
    file: 'src/adapters/state/check-server.ts',
    was: "if (commit === 'off' || commit === 'local' || commit === 'remote_write')",
    becomes: "if (commit === 'never')",
    test: trouble,
  },
  {
    promise: 'whoever clicks while the state is away is told that nothing was done',
    file: 'src/slack/listeners/tell-error.ts',
    was: 'This could not be recorded, and nothing was done: without its journal Firebreak does not act. ',
    becomes: '',
    test: 'test/slack/listeners/listeners.test.ts',
  },
  {
    promise: 'a backup holds one moment',
    file: 'src/adapters/state/backup.ts',
    was: ".setIsolationLevel('repeatable read')",
    becomes: ".setIsolationLevel('read committed')",
    test: backup,
  },
  {
    promise: 'a backup whose journal is not whole is not restored',
    file: 'src/adapters/state/restore.ts',
    was: 'if (!verified.chainOk) throw badBackup(',
    becomes: 'if (verified.events < 0) throw badBackup(',
    test: backup,
  },
  {
    promise: 'a backup is not restored over a state that is in use',
    file: 'src/adapters/state/restore.ts',
    was: '    await refuseUsed(tx);\n',
    becomes: '',
    test: backup,
  },
];
