import type { Alert } from '../domain/alert.ts';
import type { WayId } from './authentication/registry.ts';

/** What a body says. */
export type Parsed =
  | { readonly alerts: readonly Alert[] }
  /** It is of the form, but no alert; says what it is instead. */
  | { readonly passed: string }
  /** The sender wants this address called before it sends alerts. */
  | { readonly confirm: URL };

/** How one kind of sender writes its alerts, and how it wants to be answered. Adding one is adding a file in sources/ and a line in formats.ts. */
export interface AlertFormat {
  readonly id: string;
  /** The ways in which this sender can prove itself, the best first. */
  readonly ways: readonly WayId[];
  /** Milliseconds in which it has its answer; well below the time after which the sender gives up. */
  readonly answerMs: number;
  /** What a proven sender is told that sends too much: 429 where it then tries again, 503 where it does so on 5xx alone. */
  readonly tooMany: 429 | 503;
  /** Reads a parsed JSON body of this source; throws a ZodError when it is not of the form. */
  parse(body: unknown, source: string): Parsed;
}
