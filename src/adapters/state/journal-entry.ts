import { FirebreakError } from '../../domain/errors.ts';
import { DomainEvent, EVENT_SCHEMA, type RecordedEvent } from '../../domain/event.ts';
import { hashJson } from '../../domain/json.ts';

/** The hash before the first entry. */
export const NO_ENTRY_HASH = '0'.repeat(64);

/** What is hashed of an entry; `body` is the exact text of the event. */
export interface EntryContent {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  /** ISO 8601 in UTC with milliseconds. */
  readonly at: string;
  readonly schema_version: number;
  readonly type: string;
  readonly body: string;
  readonly previous_hash: string;
}

/** An entry as it is stored. */
export interface Entry extends EntryContent {
  readonly hash: string;
}

/** The columns of an entry. */
export const entryColumns = [
  'position',
  'stream',
  'version',
  'at',
  'schema_version',
  'type',
  'body',
  'previous_hash',
  'hash',
] as const;

/** SHA-256 over everything that an entry says and the hash of the entry before it, in lower-case hex. */
export function entryHash(content: EntryContent): string {
  const { position, stream, version, at, schema_version, type, body, previous_hash } = content;
  return hashJson({ position, stream, version, at, schema_version, type, body, previous_hash });
}

/**
 * Reads the event of an entry.
 * @throws FirebreakError `state-version` when this version of Firebreak cannot read it.
 */
export function toRecordedEvent(entry: Entry): RecordedEvent {
  const { position, stream, version, at } = entry;
  if (entry.schema_version > EVENT_SCHEMA) throw unreadable(entry, 'a newer Firebreak wrote it', undefined);
  return { position, stream, version, at, event: parseEvent(entry) };
}

function parseEvent(entry: Entry): DomainEvent {
  try {
    return DomainEvent.parse(JSON.parse(entry.body));
  } catch (error) {
    throw unreadable(entry, 'it has not the shape of its type', error);
  }
}

function unreadable(entry: Entry, why: string, cause: unknown): FirebreakError {
  return new FirebreakError(
    'state-version',
    `Entry ${entry.position} of the journal (${entry.type}) cannot be read: ${why}.`,
    {
      hint: 'Run the version of Firebreak that wrote it, or prove the journal with "firebreak journal verify".',
      cause,
    },
  );
}
