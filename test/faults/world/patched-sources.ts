import { cpSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../support/rig/temporary-directory.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** A piece of a file of the sources, and what stands there instead. */
export interface Patch {
  /** Below `src`. */
  readonly file: string;
  readonly old: string;
  readonly new: string;
}

/** A copy of the sources in which something is different. */
export interface PatchedSources extends Disposable {
  /** The folder of the sources. */
  readonly sources: string;
}

/** Copies the sources and patches them. Throws when a piece is not there exactly once. */
export function patchSources(patches: readonly Patch[], version: string): PatchedSources {
  const directory = temporaryDirectory();
  const sources = join(directory, 'src');
  cpSync(join(ROOT, 'src'), sources, { recursive: true });
  for (const { file, old, new: replacement } of patches) {
    const path = join(sources, file);
    const parts = readFileSync(path, 'utf8').split(old);
    if (parts.length !== 2) throw new Error(`${file} does not hold once: ${old}`);
    writeFileSync(path, parts.join(replacement));
  }
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ type: 'module', version }));
  symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(directory, 'node_modules'));
  symlinkSync(join(ROOT, 'runbooks'), join(directory, 'runbooks'));
  return { sources, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}
