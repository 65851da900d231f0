import fc from 'fast-check';
import { readBackup, rowLine, sealed } from '../../../src/adapters/state/backup-lines.ts';
import { isFirebreakError } from '../../../src/domain/errors.ts';
import { createChainCheck } from '../../../src/domain/journal-chain.ts';
import {
  bodyHashOf,
  entryHash,
  exportLine,
  type JournalEntry,
  NO_ENTRY_HASH,
  parseExportLine,
} from '../../../src/domain/journal-entry.ts';
import { changedBytes, changedJson, changedLines } from '../mutate.ts';
import { defineParser, demand } from '../parser.ts';

const journal = makeJournal(12);
const exported = journal.map(exportLine).join('\n');
const last = journal.at(-1);

/** Exports of the journal, verified with the anchor of their last entry: nothing but the whole one is taken. */
export const journalExport = defineParser<string>({
  name: 'journal:export',
  share: 60,
  async open() {
    const inputs = fc.oneof(
      { weight: 3, arbitrary: changedLines(exported) },
      { weight: 3, arbitrary: changedBytes(Buffer.from(exported)).map((raw) => raw.toString('utf8')) },
      { weight: 2, arbitrary: fc.nat({ max: journal.length - 1 }).chain(changedEntry) },
      { weight: 1, arbitrary: fc.constant(exported) },
    );
    return { inputs, check: verifies };
  },
});

function changedEntry(index: number): fc.Arbitrary<string> {
  const lines = exported.split('\n');
  return changedJson(lines[index] ?? '').map((line) => lines.toSpliced(index, 1, line).join('\n'));
}

function verifies(text: string): boolean {
  demand(last !== undefined, 'The journal is empty.');
  const check = createChainCheck([{ position: last.position, hash: last.hash }]);
  try {
    for (const line of text.split('\n')) check.see(parseExportLine(line));
  } catch (error) {
    demand(isFirebreakError(error) && error.code === 'bad-export', `It threw ${String(error)}`);
    return false;
  }
  const { chainOk, problem } = check.end(undefined);
  if (!chainOk) demand(problem !== null && problem !== '', 'It was refused without a reason.');
  else
    demand(
      text.split('\n').map(parseExportLine).map(exportLine).join('\n') === exported,
      'A changed journal was taken as whole.',
    );
  return chainOk;
}

/** Backups: nothing but the whole, unchanged one is read to its end. */
export const backup = defineParser<string>({
  name: 'state:backup',
  share: 40,
  async open() {
    const whole = (await collected(sealed(asLines(backupLines())))).join('\n');
    const inputs = fc.oneof(
      { weight: 3, arbitrary: changedLines(whole) },
      { weight: 3, arbitrary: changedBytes(Buffer.from(whole)).map((raw) => raw.toString('utf8')) },
      {
        weight: 2,
        arbitrary: fc.nat({ max: 8 }).map((lines) => whole.split('\n').slice(0, lines).join('\n')),
      },
      { weight: 1, arbitrary: fc.constant(whole) },
    );
    return {
      inputs,
      async check(text) {
        try {
          await collected(readBackup(asLines(text.split('\n'))));
        } catch (error) {
          demand(isFirebreakError(error) && error.code === 'bad-backup', `It threw ${String(error)}`);
          return false;
        }
        // The last line is the seal: written otherwise, it still seals the same lines.
        demand(sealedIn(text) === sealedIn(whole), 'A changed backup was taken as whole.');
        return true;
      },
    };
  },
});

function sealedIn(text: string): string {
  return text.slice(0, text.lastIndexOf('\n'));
}

function backupLines(): string[] {
  const header = {
    firebreakBackup: 1,
    at: '2024-11-15T15:47:00.000Z',
    migrations: ['0001-journal', '0002-replicas'],
    journal: `${last?.position}:${last?.hash}`,
    sequences: { incident_number: 3 },
  };
  return [
    JSON.stringify(header),
    JSON.stringify({ table: 'journal', columns: ['position', 'body'] }),
    ...journal.map(({ position, body }) => rowLine(JSON.stringify({ position, body }))),
  ];
}

async function* asLines(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function makeJournal(length: number): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (let position = 1; position <= length; position += 1) {
    const body = JSON.stringify({ type: 'note.added', text: `entry ${position}, "quoted" \u2028 é 😀` });
    const entry = {
      position,
      stream: `INC-${1 + (position % 2)}`,
      version: Math.ceil(position / 2),
      at: new Date(Date.UTC(2024, 10, 15, 14, 23, position)).toISOString(),
      schemaVersion: 1,
      type: 'note.added',
      bodyHash: bodyHashOf(body),
      previousHash: entries.at(-1)?.hash ?? NO_ENTRY_HASH,
      body,
    };
    entries.push({ ...entry, hash: entryHash(entry) });
  }
  return entries;
}
