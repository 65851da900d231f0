import { loadModule } from 'libpg-query';
import { closeText, isValid, type Token, tokensOf, validUntil } from './pg-parser.ts';

await loadModule();

/** What is shown of a text that PostgreSQL's lexer cannot read. */
export const UNREADABLE = '<unreadable statement>';

const LONGEST = 800;

/**
 * Replaces every literal of a query text by `?` and drops its comments; at most 800 characters.
 *
 * The result is put together from tokens that are known to be harmless (keywords, operators, parameters, names),
 * never by cutting something out, so that a text the lexer misreads loses words and does not leak them. Names are
 * shown only where PostgreSQL's own grammar accepts the text: in `name = 'O'Brien'` Brien looks like a name.
 *
 * @param cut whether the text was cut off, by track_activity_query_size or by us; its end may then be half a literal.
 */
export function maskSql(text: string, cut: boolean): string {
  const plain = text.replace(/(?![\n\t])\p{Cc}/gu, ' ').trim();
  if (plain === '') return '';
  const whole = tokensOf(plain);
  if (whole !== null && isValid(plain)) return render(whole, !whole.some(isAmbiguous));
  if (cut) return maskCut(plain);
  return whole === null ? UNREADABLE : render(whole, false);
}

/** A cut text keeps its names when the grammar accepts all of it up to the cut. */
function maskCut(plain: string): string {
  // Half a word, number or escape sequence at the end says nothing and can upset the lexer.
  const stem = plain.replace(/[\p{L}\p{N}_$.\\]+$/u, '');
  const closed = closeText(stem);
  if (closed === null) return UNREADABLE;
  const { tokens } = closed;
  const last = tokens.at(-1)?.text ?? '';
  // Only an operator can become another one by what was cut off; a literal that does not fit has slipped out of its quotes.
  const end = closed.text.length - last.length + (OPERATOR.test(last) ? 0 : 1);
  const named = validUntil(closed.text) >= end && !tokens.some(isAmbiguous);
  const unhurt = closed.text === stem ? tokens : tokens.slice(0, -1);
  return `${render(unhurt, named)} …`;
}

/** A plain literal that ends in a backslash reads otherwise with standard_conforming_strings = off. */
function isAmbiguous(token: Token): boolean {
  return /^'.*\\'$/s.test(token.text);
}

function render(tokens: readonly Token[], withNames: boolean): string {
  const words: string[] = [];
  let end = 0;
  for (const token of tokens) {
    if (isComment(token)) continue;
    const space = words.length > 0 && token.start > end ? ' ' : '';
    words.push(space + show(token, withNames));
    end = token.end;
  }
  const text = words.join('').replace(/\?(?:\s*,\s*\?)+/g, '?, …');
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

function isComment(token: Token): boolean {
  return token.tokenName === 'C_COMMENT' || token.tokenName === 'SQL_COMMENT';
}

const WORD = /^[\p{L}_][\p{L}\p{N}_$]*$/u;
const QUOTED_NAME = /^"[^"']{1,63}"$/;
const OPERATOR = /^[-+*/<>=~!@#%^&|`?.,;:()[\]{}]+$/;

function show(token: Token, withNames: boolean): string {
  const { text } = token;
  if (token.tokenName === 'PARAM' || OPERATOR.test(text)) return text;
  if (token.keywordName !== 'NO_KEYWORD') return WORD.test(text) ? text : '?';
  return withNames && (WORD.test(text) || QUOTED_NAME.test(text)) ? text : '?';
}
