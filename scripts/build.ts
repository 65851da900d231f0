import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * Compiles src to dist and takes along what is no TypeScript, such as the pages of the sandboxes. Types are checked by
 * `npm run check:types`, not again here.
 */
rmSync('dist', { recursive: true, force: true });
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const compile = (project: string) => {
  const { status } = spawnSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};
compile('tsconfig.build.json');
// Types for those who import it: `firebreak/client` and `firebreak/breaker` are the only parts that others do.
compile('tsconfig.client.json');
cpSync('src', 'dist', {
  recursive: true,
  filter: (source) => statSync(source).isDirectory() || !source.endsWith('.ts'),
});
