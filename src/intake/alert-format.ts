import type { Alert } from '../domain/alert.ts';

/** How one kind of sender writes its alerts. Adding one is adding a file in sources/ and a line in formats.ts. */
export interface AlertFormat {
  readonly id: string;
  /** Turns a parsed JSON body into alerts of this source; throws a ZodError when it is not of the form. */
  parse(body: unknown, source: string): Alert[];
}
