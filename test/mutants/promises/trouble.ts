import type { Mutant } from '../mutant.ts';

/** docs/reliability.md, "The database and the cluster in trouble". */
export const trouble: readonly Mutant[] = [
  {
    promise: 'another server behind the name is refused',
    file: 'src/adapters/postgres/server.ts',
    was: 'if (row.changed) throw await this.#changed(identities[0]?.serverStart ?? null, row);',
    becomes: '',
    test: 'test/adapters/postgres/network.test.ts',
  },
  {
    promise: 'nothing is signalled on another server',
    file: 'src/adapters/postgres/sql/signal.ts',
    was: "    WHEN pg_postmaster_start_time() IS DISTINCT FROM $9::timestamptz        THEN 'refused:server_changed'\n",
    becomes: '',
    test: 'test/adapters/postgres/network.test.ts',
  },
  {
    promise: 'a network that swallows answers ends a reading in bounded time',
    file: 'src/adapters/postgres/connect.ts',
    was: '    query_timeout: settings.queryTimeoutMs,\n',
    becomes: '',
    test: 'test/adapters/postgres/network.test.ts',
  },
  {
    promise: 'a failed reading says what was known last',
    file: 'src/adapters/postgres/server.ts',
    was: 'throw withLastKnown(error, this.#known(probe));',
    becomes: 'throw error;',
    test: 'test/adapters/postgres/network.test.ts',
  },
  {
    promise: 'a server that takes long to answer is read once at a time',
    file: 'src/adapters/postgres/server.ts',
    was: 'last.underWay || now',
    becomes: 'now',
    test: 'test/adapters/postgres/network.test.ts',
  },
  {
    promise: 'a change that may have been made is not sent again',
    file: 'src/adapters/kubernetes/api.ts',
    was: 'return statusOfAnswer(error) === 429 && isShortPause(error);',
    becomes: 'return (statusOfAnswer(error) ?? 503) >= 429 && isShortPause(error);',
    test: 'test/adapters/kubernetes/trouble.test.ts',
  },
  {
    promise: 'a change that was turned away with 429 is sent again after the pause',
    file: 'src/adapters/kubernetes/api.ts',
    was: 'return statusOfAnswer(error) === 429 && isShortPause(error);',
    becomes: 'return error === null;',
    test: 'test/adapters/kubernetes/trouble.test.ts',
  },
  {
    promise: 'a long pause is told and not waited for',
    file: 'src/adapters/kubernetes/api.ts',
    was: 'return pauseMs(error) <= LONGEST_RETRY_PAUSE_MS;',
    becomes: 'return pauseMs(error) <= 100 * LONGEST_RETRY_PAUSE_MS;',
    test: 'test/adapters/kubernetes/trouble.test.ts',
  },
  {
    promise: 'a list that expired (410) is read anew',
    file: 'src/adapters/kubernetes/api.ts',
    was: 'new Set([410, 429, 503, 504])',
    becomes: 'new Set([429, 503, 504])',
    test: 'test/adapters/kubernetes/trouble.test.ts',
  },
  {
    promise: 'a token that was renewed (401) is taken up',
    file: 'src/adapters/kubernetes/api.ts',
    was: 'if (statusOfAnswer(error) !== 401) throw error;',
    becomes: 'throw error;',
    test: 'test/adapters/kubernetes/trouble.test.ts',
  },
  {
    promise: 'a missing right (403) comes with what grants it',
    file: 'src/adapters/kubernetes/errors.ts',
    was: '      return forbiddenRule(request, message);\n',
    becomes: "      return { code: 'kubernetes-permission', hint: message };\n",
    test: 'test/adapters/kubernetes/trouble.test.ts',
  },
  {
    promise: 'an API that does not answer is not waited for for ever',
    file: 'src/adapters/kubernetes/api.ts',
    was: 'AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)])',
    becomes: 'signal',
    test: 'test/adapters/kubernetes/trouble.test.ts',
  },
  {
    promise: 'an object that changed meanwhile (409) stays as it is',
    file: 'src/adapters/kubernetes/changes.ts',
    was: 'return { metadata: { uid, resourceVersion }, spec };',
    becomes:
      'return { metadata: { uid, ...(resourceVersion === "never" ? { resourceVersion } : {}) }, spec };',
    test: 'test/adapters/kubernetes/changes.test.ts',
  },
  {
    promise: 'a namesake that was made later is not changed',
    file: 'src/adapters/kubernetes/changes.ts',
    was: 'return { metadata: { uid, resourceVersion }, spec };',
    becomes: 'return { metadata: uid === "never" ? { uid } : { resourceVersion }, spec };',
    test: 'test/adapters/kubernetes/changes.test.ts',
  },
];
