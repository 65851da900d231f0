import { z } from 'zod';
import { FirebreakError } from './errors.ts';
import { hashJson, sha256 } from './json.ts';

/** The hash before the first entry. */
export const NO_ENTRY_HASH = '0'.repeat(64);

/** What the hash of an entry is taken over: everything but its body, which `bodyHash` stands for. */
interface HashedEntry {
  /** Place in the whole journal, from 1 without gaps. */
  readonly position: number;
  readonly stream: string;
  /** Place in the stream, from 1 without gaps. */
  readonly version: number;
  /** ISO 8601 in UTC with milliseconds. */
  readonly at: string;
  readonly schemaVersion: number;
  readonly type: string;
  /** SHA-256 of the body's UTF-8 bytes, in lower-case hex. */
  readonly bodyHash: string;
  /** Hash of the entry before, or 64 zeros. */
  readonly previousHash: string;
}

/** An entry of the journal as it is stored and exported; `docs/journal.md` has the same for other programs. */
export interface JournalEntry extends HashedEntry {
  readonly hash: string;
  /** The exact text of the event; null once retention has removed it, which changes no hash. */
  readonly body: string | null;
}

/** SHA-256 of an entry's body, in lower-case hex. */
export function bodyHashOf(body: string): string {
  return sha256(body);
}

/** SHA-256 of the canonical JSON of everything but the body, in lower-case hex. */
export function entryHash(entry: HashedEntry): string {
  const { position, stream, version, at, schemaVersion, type, bodyHash, previousHash } = entry;
  return hashJson({ position, stream, version, at, schemaVersion, type, bodyHash, previousHash });
}

const EVENT_KEY = ',"event":';

/** One line of an export. The body stands in it as it was hashed, byte for byte, after `,"event":`. */
export function exportLine({ body, ...rest }: JournalEntry): string {
  const { position, stream, version, at, schemaVersion, type, bodyHash, previousHash, hash } = rest;
  const first = JSON.stringify({
    position,
    stream,
    version,
    at,
    schemaVersion,
    type,
    bodyHash,
    previousHash,
    hash,
  });
  return `${first.slice(0, -1)}${EVENT_KEY}${body ?? 'null'}}`;
}

/** A place in the journal with its hash: kept elsewhere, it proves that nothing before it was cut off or rewritten. */
export interface Anchor {
  readonly position: number;
  /** In hex; a beginning of at least 12 digits will do. */
  readonly hash: string;
}

/** `123:0f3a…`, with the whole hash. */
export function anchorText({ position, hash }: Anchor): string {
  return `${position}:${hash}`;
}

/** Digits of the hash that people are shown: enough that nobody finds another journal with the same. */
const SHOWN_DIGITS = 16;

/** `123:0f3a…` with as much of the hash as a message has room for. */
export function shortAnchorText({ position, hash }: Anchor): string {
  return `${position}:${hash.slice(0, SHOWN_DIGITS)}`;
}

const ANCHOR = /(?:^|\s)(\d{1,15}):([0-9a-f]{12,64})(?=\s|$)/i;

/** The anchor in a text such as `journal 123:0f3a…`, or null. */
export function parseAnchor(text: string): Anchor | null {
  const [, position, hash] = ANCHOR.exec(text) ?? [];
  return hash === undefined ? null : { position: Number(position), hash: hash.toLowerCase() };
}

const ExportedEntry = z.object({
  position: z.int(),
  stream: z.string(),
  version: z.int(),
  at: z.string(),
  schemaVersion: z.int(),
  type: z.string(),
  bodyHash: z.string(),
  previousHash: z.string(),
  hash: z.string(),
});

/** Reads a line of an export. Throws `bad-export`. */
export function parseExportLine(line: string): JournalEntry {
  const at = line.indexOf(EVENT_KEY);
  try {
    const body = line.slice(at + EVENT_KEY.length, -1);
    if (at === -1 || !line.endsWith('}')) throw new Error('The line has no event at its end.');
    return {
      ...ExportedEntry.parse(JSON.parse(`${line.slice(0, at)}}`)),
      body: body === 'null' ? null : body,
    };
  } catch (cause) {
    throw new FirebreakError('bad-export', `This is no line of an export: ${line.slice(0, 80)}`, {
      hint: 'Give a file that "firebreak journal export" wrote, whole and unchanged.',
      cause,
    });
  }
}
