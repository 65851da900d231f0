import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputFile } from '../../init/answers.ts';

/** Those whose names are taken in the folder by files with another text. */
export function existingOf(directory: string, files: readonly OutputFile[]): OutputFile[] {
  return files.filter(({ name, text }) => {
    const path = join(directory, name);
    return existsSync(path) && readFileSync(path, 'utf8') !== text;
  });
}

/** Writes each file whole: one that is broken off leaves what was there. */
export async function writeFiles(
  directory: string,
  files: readonly Pick<OutputFile, 'name' | 'text'>[],
): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const { name, text } of files) {
    const partial = join(directory, `.${name}.partial`);
    await writeFile(partial, text);
    await rename(partial, join(directory, name));
  }
}
