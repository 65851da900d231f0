import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RecordedEvent } from '../../../src/domain/event.ts';
import type { JournalEntry } from '../../../src/domain/journal-entry.ts';
import { type Patch, type PatchedSources, patchSources } from '../world/patched-sources.ts';

const NEXT_VERSION = '99.0.0';

/** A Firebreak of the next version, made of this one. */
export interface NextVersion extends PatchedSources {
  /** Reads an entry of any version up to its own. */
  readonly readEntry: (entry: JournalEntry) => RecordedEvent;
}

const PATCHES: readonly Patch[] = [
  {
    file: 'domain/event-versions.ts',
    old: 'export const eventChanges: readonly EventChange[] = [];',
    new: `export const eventChanges: readonly EventChange[] = [
  {
    to: 2,
    up: ({ outcome, ...rest }) =>
      rest.type === 'effect.completed' ? { ...rest, result: outcome ?? null } : { ...rest, ...(outcome === undefined ? {} : { outcome }) },
    down: ({ result, ...rest }) =>
      rest.type === 'effect.completed' ? { ...rest, outcome: result ?? null } : { ...rest, ...(result === undefined ? {} : { result }) },
  },
];`,
  },
  {
    file: 'domain/event.ts',
    old: "event('effect.completed', { ...attempt, outcome: Outcome,",
    new: "event('effect.completed', { ...attempt, result: Outcome,",
  },
  { file: 'domain/incident.ts', old: 'outcome: event.outcome,', new: 'outcome: event.result,' },
  {
    file: 'domain/decide.ts',
    old: "{ type: 'effect.completed', ...ref, outcome, reconciled }",
    new: "{ type: 'effect.completed', ...ref, result: outcome, reconciled }",
  },
];

/** Copies the sources and renames a field of an event that the engine works with. */
export async function makeNextVersion(): Promise<NextVersion> {
  const patched = patchSources(PATCHES, NEXT_VERSION);
  const reader = (await import(
    pathToFileURL(join(patched.sources, 'adapters', 'state', 'journal-entry.ts')).href
  )) as { toRecordedEvent: NextVersion['readEntry'] };
  return { ...patched, readEntry: reader.toRecordedEvent };
}
