import { FirebreakError } from '../../domain/errors.ts';
import { DomainEvent, type RecordedEvent } from '../../domain/event.ts';
import { EVENT_SCHEMA, EventBody, lift } from '../../domain/event-versions.ts';
import type { JournalEntry } from '../../domain/journal-entry.ts';

/** The columns of an entry. */
export const entryColumns = [
  'position',
  'stream',
  'version',
  'at',
  'schema_version as schemaVersion',
  'type',
  'body',
  'body_hash as bodyHash',
  'previous_hash as previousHash',
  'hash',
] as const;

/** The row of an entry. */
export function toRow(entry: JournalEntry) {
  const { schemaVersion, bodyHash, previousHash, ...same } = entry;
  return { ...same, schema_version: schemaVersion, body_hash: bodyHash, previous_hash: previousHash };
}

/**
 * Reads the event of an entry, whatever earlier version wrote it.
 * @throws FirebreakError `state-version` when this version of Firebreak cannot read it.
 */
export function toRecordedEvent(entry: JournalEntry): RecordedEvent {
  const { position, stream, version, at, hash } = entry;
  if (entry.schemaVersion > EVENT_SCHEMA) throw unreadable(entry, 'a newer Firebreak wrote it', undefined);
  return { position, stream, version, at, hash, event: parseEvent(entry) };
}

function parseEvent(entry: JournalEntry): DomainEvent {
  try {
    return DomainEvent.parse(lift(EventBody.parse(JSON.parse(entry.body ?? '')), entry.schemaVersion));
  } catch (error) {
    throw unreadable(entry, 'it has not the shape of its type', error);
  }
}

function unreadable(entry: JournalEntry, why: string, cause: unknown): FirebreakError {
  return new FirebreakError(
    'state-version',
    `Entry ${entry.position} of the journal (${entry.type}) cannot be read: ${why}.`,
    {
      hint: 'Start the version of Firebreak that wrote it, or a newer one; "firebreak journal verify" proves whether the journal is whole.',
      cause,
    },
  );
}
