import type { Mutant } from '../mutant.ts';

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
];
