import type { Mutant } from '../mutant.ts';

/** docs/reliability.md, "Stopping". */
export const stopping: readonly Mutant[] = [
  {
    promise: 'a stop is heeded from the first moment',
    file: 'src/main.ts',
    was: 'endUnlessHeeded();\n',
    becomes: '',
    test: 'test/e2e/stop-while-starting.test.ts',
  },
  {
    promise: 'a stop gives up a start that waits for ever',
    file: 'src/app.ts',
    was: 'await abortable(openState({ ...address, logger, instance }), stopped)',
    becomes: 'await openState({ ...address, logger, instance })',
    test: 'test/e2e/stop-while-starting.test.ts',
  },
  {
    promise: 'the server of the state does not outlive a process that ends at once',
    file: 'src/adapters/embedded-postgres/postmaster.ts',
    was: "endsWithProcess({ pid, hasExited }, 'SIGQUIT');",
    becomes: '',
    test: 'test/e2e/stop-while-starting.test.ts',
  },
  {
    promise: 'a stop leaves nothing open',
    file: 'src/wiring/open-ports.ts',
    was: 'started.defer(async () => databases.stop());',
    becomes: '',
    test: 'test/e2e/clean-stop.test.ts',
  },
  {
    promise: 'a stop breaks off what only looks',
    file: 'src/engine/advance.ts',
    was: '...(onlyLooks ? [stopping] : [])',
    becomes: '',
    test: 'test/engine/engine.test.ts',
  },
  {
    promise: 'a stop lets an effect end',
    file: 'src/engine/advance.ts',
    was: "const onlyLooks = phase === 'plan' || phase === 'verify';",
    becomes: "const onlyLooks = phase !== 'reconcile';",
    test: 'test/engine/engine.test.ts',
  },
  {
    promise: 'a stop does not wait for an effect for ever',
    file: 'src/adapters/state/queue/local-runs.ts',
    was: 'await settled(running, graceMs);',
    becomes: 'await settled(running, 100 * graceMs);',
    test: 'test/adapters/state/work-queue.test.ts',
  },
  {
    promise: 'a stop answers requests under way',
    file: 'src/http/close-within.ts',
    was: '  try {\n    await server.close();',
    becomes: '  try {\n    server.server.closeAllConnections();\n    await server.close();',
    test: 'test/http/close-within.test.ts',
  },
  {
    promise: 'a stop does not wait for requests for ever',
    file: 'src/http/close-within.ts',
    was: 'setTimeout(() => server.server.closeAllConnections(), ms)',
    becomes: 'setTimeout(() => undefined, ms)',
    test: 'test/http/close-within.test.ts',
  },
];
