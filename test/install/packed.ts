import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './home.ts';
import type { RunStage } from './stages.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Packs the project as for the registry and installs the file as a user does; where it is installed. */
export async function packAndInstall(home: Home, stage: RunStage): Promise<string> {
  const packed = await stage('npm pack', { hint: 'npm run build' }, async (note) => {
    // In the project itself, which has the compiler: the script "prepack" builds first.
    await home.run('npm', ['pack', '--silent', '--pack-destination', home.directory, ROOT]);
    const [file] = readdirSync(home.directory).filter((name) => name.endsWith('.tgz'));
    if (file === undefined) throw new Error('npm pack wrote no file.');
    note(file);
    return file;
  });
  return await stage('npm install', { hint: 'Is a dependency missing from package.json?' }, async (note) => {
    await home.run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${packed}`]);
    const installed = home.path(join('node_modules', 'firebreak'));
    if (existsSync(join(installed, 'src'))) throw new Error('The packed file holds src.');
    const { stdout } = await home.firebreak(['--version']);
    note(`firebreak ${stdout.trim()}, ${readdirSync(home.path('node_modules')).length} folders`);
    return installed;
  });
}
