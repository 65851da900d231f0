import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Any JSON value: what the journal, a plan and a job may carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export const Json: z.ZodType<Json> = z.json();

/**
 * One text for one value: object keys sorted, no white space, absent and undefined keys left out.
 * Hashes of plans and of journal entries are taken over this text.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** SHA-256 of the canonical text of a value, in lower-case hex. */
export function hashJson(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** SHA-256 of a text, in lower-case hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
