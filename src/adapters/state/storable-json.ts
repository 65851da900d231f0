import { canonicalJson } from '../../domain/json.ts';

/** A backslash with what follows it in JSON text, so that an escaped backslash is never taken for an escape. */
const ESCAPE = /\\(?:u[0-9a-f]{4}|.)/g;
const NOT_STORABLE = /^\\u(?:0000|d[89a-f][0-9a-f]{2})$/;

/**
 * The canonical JSON text of a value, as PostgreSQL can store it. NUL and half surrogates, which jsonb refuses, become
 * U+FFFD: an alert or a query text may hold anything, and must not make the journal unwritable.
 */
export function storableJson(value: unknown): string {
  return canonicalJson(value).replace(ESCAPE, (found) => (NOT_STORABLE.test(found) ? '\ufffd' : found));
}

/** A text without NUL, which PostgreSQL refuses in every text column. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
