import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Ratchet } from '../../audits/ratchet.ts';
import { FirebreakError } from '../../domain/errors.ts';

/** The ratchet in that file, or null where there is no such file. @throws FirebreakError `bad-ratchet`. */
export async function readRatchet(file: string): Promise<Ratchet | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return Ratchet.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : 'It is not JSON.';
    throw new FirebreakError('bad-ratchet', `${file} is no ratchet. ${why}`, {
      hint: 'Take it back from version control, or delete it and write it anew with --tighten.',
      cause,
    });
  }
}

/** Replaces the file whole: a run that is stopped leaves the old one. */
export async function writeRatchet(file: string, ratchet: Ratchet): Promise<void> {
  const draft = `${file}.new`;
  await writeFile(draft, `${JSON.stringify(ratchet, null, 2)}\n`);
  await rename(draft, file);
}
