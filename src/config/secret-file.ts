import { readFileSync } from 'node:fs';
import { FirebreakError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';

/** Milliseconds between two looks at a file: what uses its secret right after a change may still use the one before. */
const LOOK_MS = 1_000;
/** Milliseconds for which senders may still use the secret before: so long they have to take up the new one. */
export const OVERLAP_MS = 10 * 60_000;

/**
 * The secret in a file, read again when it is used: a mounted secret that is replaced is taken up within a second. A file
 * that is empty or cannot be read for a moment changes nothing. Throws `missing-secret` when it cannot be read now.
 *
 * @param use What it is for, in words.
 * @param now The time in milliseconds.
 */
export function secretInFile(file: string, use: string, now: () => number = Date.now): Secret {
  let held = { value: readAtFirst(file, use), since: now() };
  let before: typeof held | null = null;
  let looked = now();

  function look(): void {
    if (now() - looked < LOOK_MS) return;
    looked = now();
    const value = readQuietly(file);
    if (value === '' || value === held.value) return;
    before = held;
    held = { value, since: looked };
  }

  return new Secret({
    current() {
      look();
      return held.value;
    },
    accepted() {
      look();
      const isOver = before === null || now() - held.since >= OVERLAP_MS;
      return isOver || before === null ? [held.value] : [held.value, before.value];
    },
  });
}

function readQuietly(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function readAtFirst(file: string, use: string): string {
  let value: string;
  try {
    value = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new FirebreakError('missing-secret', `The file ${file} cannot be read; it holds ${use}.`, {
      hint: 'Mount the secret there and let the user of the process read it.',
      cause,
    });
  }
  if (value !== '') return value;
  throw new FirebreakError('missing-secret', `The file ${file} is empty; it should hold ${use}.`, {
    hint: 'Write the secret into the file.',
  });
}
