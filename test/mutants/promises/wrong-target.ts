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
];
