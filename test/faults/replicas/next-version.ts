import { cpSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RecordedEvent } from '../../../src/domain/event.ts';
import type { JournalEntry } from '../../../src/domain/journal-entry.ts';
import { temporaryDirectory } from '../../support/rig/temporary-directory.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const NEXT_VERSION = '99.0.0';

/** A Firebreak of the next version, made of this one. */
export interface NextVersion extends Disposable {
  /** The folder of its sources. */
  readonly sources: string;
  /** Reads an entry of any version up to its own. */
  readonly readEntry: (entry: JournalEntry) => RecordedEvent;
}

const PATCHES: readonly { readonly file: string; readonly old: string; readonly new: string }[] = [
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
  const directory = temporaryDirectory();
  const sources = join(directory, 'src');
  cpSync(join(ROOT, 'src'), sources, { recursive: true });
  for (const { file, old, new: replacement } of PATCHES) {
    const path = join(sources, file);
    const parts = readFileSync(path, 'utf8').split(old);
    if (parts.length !== 2) throw new Error(`${file} does not hold once: ${old}`);
    writeFileSync(path, parts.join(replacement));
  }
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ type: 'module', version: NEXT_VERSION }));
  symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(directory, 'node_modules'));
  symlinkSync(join(ROOT, 'runbooks'), join(directory, 'runbooks'));
  const reader = (await import(
    pathToFileURL(join(sources, 'adapters', 'state', 'journal-entry.ts')).href
  )) as { toRecordedEvent: NextVersion['readEntry'] };
  return {
    sources,
    readEntry: reader.toRecordedEvent,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
