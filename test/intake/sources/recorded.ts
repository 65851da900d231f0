import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The bytes of a recorded request. */
export function recorded(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, `${name}.json`));
}

/** A recorded body, with some of its parts replaced. */
export function body(name: string): Record<string, unknown> {
  return JSON.parse(recorded(name).toString('utf8')) as Record<string, unknown>;
}
