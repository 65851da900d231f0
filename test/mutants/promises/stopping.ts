import type { Mutant } from '../mutant.ts';

/** docs/reliability.md, "Stopping". */
export const stopping: readonly Mutant[] = [
  {
    promise: 'a stop leaves nothing open',
    file: 'src/wiring/open-ports.ts',
    was: 'started.defer(async () => databases.stop());',
    becomes: '',
    test: 'test/e2e/clean-stop.test.ts',
  },
];
