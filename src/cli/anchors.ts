import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { FirebreakError } from '../domain/errors.ts';
import { type Anchor, parseAnchor } from '../domain/journal-entry.ts';

/** Reads what `--anchor` was given: an anchor, a file with one anchor on each line, or `-` for the same on stdin. */
export async function readAnchors(given: readonly string[]): Promise<Anchor[]> {
  const lists = await Promise.all(
    given.map(async (one) => {
      const anchor = parseAnchor(one);
      return anchor === null ? anchorsOf(await contentOf(one), one) : [anchor];
    }),
  );
  return lists.flat();
}

function anchorsOf(content: string, name: string): Anchor[] {
  const lines = content.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const anchors = lines.map(
    (line) => parseAnchor(line) ?? bad(`This line of ${name} holds no anchor: ${line.trim()}`),
  );
  return anchors.length > 0 ? anchors : bad(`${name} holds no anchor.`);
}

async function contentOf(name: string): Promise<string> {
  if (name === '-') return await text(process.stdin);
  try {
    return await readFile(name, 'utf8');
  } catch (cause) {
    return bad(`${name} is neither an anchor nor a file that can be read.`, cause);
  }
}

function bad(message: string, cause?: unknown): never {
  throw new FirebreakError('bad-anchor', message, {
    hint: 'An anchor is <position>:<hash>, as "firebreak journal head" prints it, or a file with one on each line.',
    cause,
  });
}
