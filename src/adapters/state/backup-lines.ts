import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FirebreakError } from '../../domain/errors.ts';
import { parseAnchor } from '../../domain/journal-entry.ts';
import { backedUpTables } from './backup-tables.ts';

/** The form of the file; a change that older versions cannot read raises it. */
export const BACKUP_FORM = 1;

const Anchored = z.string().transform((text, context) => {
  const anchor = parseAnchor(text);
  if (anchor !== null) return anchor;
  context.addIssue('no anchor');
  return z.NEVER;
});
export const BackupHeader = z.object({
  firebreakBackup: z.literal(BACKUP_FORM),
  /** When it was taken, ISO 8601. */
  at: z.string(),
  migrations: z.array(z.string()),
  /** The last entry of the journal. */
  journal: Anchored,
  sequences: z.record(z.string(), z.int()),
});
export type BackupHeader = z.infer<typeof BackupHeader>;

const TableLine = z.object({ table: z.enum(backedUpTables), columns: z.array(z.string()).min(1) });
const EndLine = z.object({ end: z.literal(true), rows: z.int(), sha256: z.string() });

/** A line of a backup that is more than form. */
export type BackupPart =
  | { readonly header: BackupHeader }
  | z.infer<typeof TableLine>
  /** JSON text of one row of the table before. */
  | { readonly row: string };

const ROW = '{"row":';

/** The line of a row; its JSON comes from PostgreSQL and is not touched. */
export function rowLine(json: string): string {
  return `${ROW}${json}}`;
}

/** Adds the last line, by which a whole file is told from one that was cut off or changed. */
export async function* sealed(lines: AsyncIterable<string>): AsyncGenerator<string> {
  const digest = createHash('sha256');
  let rows = 0;
  for await (const line of lines) {
    if (line.startsWith(ROW)) rows += 1;
    digest.update(`${line}\n`);
    yield line;
  }
  yield JSON.stringify({ end: true, rows, sha256: digest.digest('hex') });
}

/** Reads a backup. Throws `bad-backup` for what is none, cut off or changed: at its end at the latest. */
export async function* readBackup(lines: AsyncIterable<string>): AsyncGenerator<BackupPart> {
  const digest = createHash('sha256');
  let rows = 0;
  let begun = false;
  let ended = false;
  for await (const line of lines) {
    if (ended) throw badBackup('There is something after its end.');
    if (line.startsWith('{"end":')) {
      const { rows: expected, sha256 } = parsed(EndLine, line);
      if (expected !== rows || sha256 !== digest.digest('hex'))
        throw badBackup('It was changed after it was written.');
      ended = true;
      continue;
    }
    digest.update(`${line}\n`);
    if (!begun) {
      begun = true;
      yield { header: parsed(BackupHeader, line) };
    } else if (line.startsWith(ROW)) {
      rows += 1;
      yield { row: line.slice(ROW.length, -1) };
    } else yield parsed(TableLine, line);
  }
  if (!ended) throw badBackup('Its end is missing.');
}

function parsed<T>(schema: z.ZodType<T>, line: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    throw badBackup(`A line has not the expected form: ${line.slice(0, 80)}`, cause);
  }
}

export function badBackup(why: string, cause?: unknown): FirebreakError {
  return new FirebreakError('bad-backup', `This is no whole backup of a state. ${why}`, {
    hint: 'Take another backup, one that "firebreak state backup" wrote to its end; nothing was restored.',
    cause,
  });
}
