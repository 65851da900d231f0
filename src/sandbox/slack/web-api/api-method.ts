import type { SandboxContext } from '../context.ts';
import type { JsonObject } from '../json.ts';
import type { Args } from './args.ts';
import type { RateTier } from './rate-limits.ts';

/** One call under way. */
export interface ApiCall {
  context: SandboxContext;
  args: Args;
  token: TokenKind;
}

/** The bot token, the app-level token of Socket Mode, or an app configuration token. */
export type TokenKind = 'bot' | 'app' | 'config';

/** A method of the Web API. Source of scopes and tiers: docs.slack.dev/reference/methods. */
export interface ApiMethod {
  name: string;
  /** `either` is the bot's or the app's. */
  token: TokenKind | 'either';
  /** Any one of them is enough; none means that no scope is needed. */
  scopes: readonly string[];
  tier: RateTier;
  /** The members of the answer beside `ok`. Throws ApiError to refuse. */
  handle(call: ApiCall): JsonObject;
}
