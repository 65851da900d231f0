import { hasSqlDetails, parseSync, type ScanToken, scanSync } from 'libpg-query';

/** A token of PostgreSQL's lexer; offsets are bytes. */
export type Token = Pick<ScanToken, 'start' | 'end' | 'text' | 'tokenName' | 'keywordName'>;

/** The tokens, or null when the lexer refuses the text: it then returns its message, literal included, instead of JSON. */
export function tokensOf(text: string): readonly Token[] | null {
  try {
    return scanSync(text).tokens;
  } catch {
    return null;
  }
}

/** True when PostgreSQL's grammar accepts the text. */
export function isValid(text: string): boolean {
  return validUntil(text) === Number.POSITIVE_INFINITY;
}

/** The position in characters up to which the grammar accepts the text; infinity when it accepts all of it. */
export function validUntil(text: string): number {
  try {
    parseSync(text);
    return Number.POSITIVE_INFINITY;
  } catch (error) {
    return hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0;
  }
}

/**
 * Ends a text that was cut inside a literal, a comment or a quoted name so that the lexer accepts it. Only the
 * right ending does: the lexer is still inside with any other.
 */
export function closeText(text: string): { text: string; tokens: readonly Token[] } | null {
  const dollarTags = new Set(text.match(/\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/gu) ?? []);
  for (const ending of ['', "'", '"', '*/', '*/*/', ...[...dollarTags].slice(0, 8)]) {
    const closed = text + ending;
    const tokens = tokensOf(closed);
    if (tokens !== null) return { text: closed, tokens };
  }
  return null;
}
