import type { Authentication } from './authentication/registry.ts';
import type { FormatId } from './formats.ts';

/** A configured sender of alerts. */
export interface AlertSource {
  /** Name in the path `/alerts/<name>`. */
  readonly name: string;
  readonly format: FormatId;
  readonly authentication: Authentication;
  /** Requests of the proven sender that are taken in so many seconds, on each replica; null for any number. */
  readonly rateLimit: RateLimit | null;
}

export interface RateLimit {
  readonly requests: number;
  readonly seconds: number;
}
