import { loadModule, parseSync, scanSync } from 'libpg-query';
import { z } from 'zod';

await loadModule();

/** A statement as PostgreSQL's grammar reads it. */
export interface ParsedStatement {
  /** Node type of the grammar, such as `SelectStmt`. */
  readonly type: string;
  readonly node: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** A token of the lexer with its place in characters. */
export interface Lexeme {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const Parsed = z.object({
  stmts: z
    .array(
      z.object({
        stmt: z.record(z.string(), z.record(z.string(), z.unknown())),
        stmt_location: z.int().default(0),
        stmt_len: z.int().optional(),
      }),
    )
    .default([]),
});

/** The statements of a text, or null when the grammar does not accept it or it is nested too deeply. */
export function parseStatements(sql: string): ParsedStatement[] | null {
  // The parser ends at a NUL as C does; the rest would be sent unseen.
  if (sql.includes('\0')) return null;
  if (sql.trim() === '') return [];
  const bytes = Buffer.from(sql);
  try {
    return Parsed.parse(parseSync(sql)).stmts.map(({ stmt, stmt_location: start, stmt_len: length }) => {
      const [type = '', node = {}] = Object.entries(stmt)[0] ?? [];
      const end = length === undefined ? bytes.length : start + length;
      return { type, node, text: bytes.subarray(start, end).toString().trim() };
    });
  } catch {
    return null;
  }
}

/** The words of a text that the grammar accepted, without comments; none when the lexer cannot tell them. */
export function lexemes(sql: string): Lexeme[] {
  const bytes = Buffer.from(sql);
  let seenBytes = 0;
  let seenCharacters = 0;
  const charactersAt = (offset: number) => {
    seenCharacters += bytes.subarray(seenBytes, offset).toString().length;
    seenBytes = offset;
    return seenCharacters;
  };
  return tokensOf(sql).flatMap(({ text, start, end, tokenName }) => {
    const place = { start: charactersAt(start), end: charactersAt(end) };
    return tokenName === 'C_COMMENT' || tokenName === 'SQL_COMMENT' ? [] : [{ text, ...place }];
  });
}

/** libpg-query 18.1 writes control characters of a text into its JSON as they are, and cannot read that back. */
function tokensOf(sql: string): ReturnType<typeof scanSync>['tokens'] {
  try {
    return scanSync(sql).tokens;
  } catch {
    return [];
  }
}

/** Every object of a parse tree with the type under which it stands; without recursion, as trees can be deep. */
export function* nodesOf(root: unknown): Generator<readonly [string, Readonly<Record<string, unknown>>]> {
  const open: (readonly [string, unknown])[] = [['', root]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [type, value] = next;
    if (Array.isArray(value)) for (const item of value) open.push([type, item]);
    else if (isObject(value)) {
      yield [type, value];
      for (const entry of Object.entries(value)) open.push(entry);
    }
  }
}

/** Narrows to an object of a parse tree. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
