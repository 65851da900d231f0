import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** What a program does with its sessions; a pod runs it, and so does a decoy. */
export const SqlProgram = z.strictObject({
  /** Role and application_name. */
  role: z.string(),
  application: z.string(),
  sessions: z.int().min(1),
  /** Statements and pauses, one after another; `{n}` in a statement is the number of the session, from 1. */
  steps: z.array(z.union([z.string(), z.strictObject({ pauseMs: z.number() })])).min(1),
  /** After the last step: begin anew, keep the session open and idle, or end with exit code 0. */
  afterwards: z.enum(['repeat', 'hold', 'end']),
  /**
   * After an error: end with exit code 1, as a batch job, connect anew after 300 ms, as a service, or connect anew and
   * stay idle, as a service whose request is not made again, forget the session, as one that leaked it, or go on in the
   * same session, as a service whose pool keeps it after a failed statement.
   */
  onError: z.enum(['exit', 'reconnect', 'hold', 'forget', 'continue']),
  /** Milliseconds between the starts of two sessions; all at once by default. */
  staggerMs: z.number().default(0),
  /** sqlcommenter tags, added to each statement. */
  tags: z.record(z.string(), z.string()).default({}),
  server: z.enum(['primary', 'replica']).default('primary'),
  /** Connects to the server itself, also where the shape goes through PgBouncer. */
  direct: z.boolean().default(false),
});
export type SqlProgram = z.input<typeof SqlProgram>;

/** Path of the program that pods run; it reads PROGRAM, DATABASE_URL and SOURCE_ADDRESS. */
export const SQL_CLIENT = fileURLToPath(
  new URL(`../pods/sql-client.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);

/** A statement with a sqlcommenter comment behind it (https://google.github.io/sqlcommenter/spec/). */
export function withTags(statement: string, tags: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(tags).map(
    ([key, value]) => `${encodeURIComponent(key)}='${encodeURIComponent(value).replaceAll("'", '%27')}'`,
  );
  return pairs.length === 0 ? statement : `${statement} /*${pairs.sort().join(',')}*/`;
}
