import { z } from 'zod';
import type { Parsed } from './alert-format.ts';
import { alertFormats, type FormatId } from './formats.ts';
import { tooDeep, unstorable } from './json-safety.ts';

/** What the body of a source says, or why it cannot be read. */
export function readAlerts(
  { name, format }: { readonly name: string; readonly format: FormatId },
  raw: Buffer,
): Parsed | string {
  let body: unknown;
  try {
    body = JSON.parse(raw.toString('utf8'));
  } catch {
    return 'The body is not JSON.';
  }
  const deep = tooDeep(body);
  if (deep !== null) return deep;
  try {
    const parsed = alertFormats[format].parse(body, name);
    return ('alerts' in parsed ? unstorable(parsed.alerts) : null) ?? parsed;
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    return `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not of the expected form'} (format ${format}).`;
  }
}
