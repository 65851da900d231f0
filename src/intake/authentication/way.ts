import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { SecretRef } from '../../domain/secret-ref.ts';
import type { Fetch } from '../../ports/http.ts';

/** A request as it came in. */
export interface AlertRequest {
  readonly headers: IncomingHttpHeaders;
  /** The bytes of the body, before anything was read from them. */
  readonly body: Buffer;
  readonly receivedAt: Date;
}

/** Why a request is not taken; the reason is sent back and never says what would have been right. */
export interface Refusal {
  /** 401, or 403 where the sender's documentation asks for it: not proven. 503: it cannot be told now; send it again. */
  readonly status: 401 | 403 | 503;
  readonly reason: string;
  /** What went wrong here, for the log. */
  readonly cause?: unknown;
}

/** Null when the request is the sender's. */
export type Verify = (request: AlertRequest) => Refusal | null | Promise<Refusal | null>;

export type ResolveSecret = (ref: SecretRef) => Secret;

/** One way in which a sender proves itself. Adding one is adding a file here and a line in registry.ts. */
export interface AuthenticationWay<Settings extends z.ZodType, Keys> {
  /** What firebreak.yml says under the id of the way. */
  readonly settings: Settings;
  /** The settings with their secrets. */
  keys(settings: z.output<Settings>, secret: ResolveSecret): Keys;
  /** Made once for each source. */
  verifier(keys: Keys, services: { readonly fetch: Fetch }): Verify;
}

/** Takes a way as it is; the types of its settings and keys follow from it. */
export function defineWay<Settings extends z.ZodType, Keys>(
  way: AuthenticationWay<Settings, Keys>,
): AuthenticationWay<Settings, Keys> {
  return way;
}

/** Not proven. */
export function refused(reason: string, status: 401 | 403 = 401): Refusal {
  return { status, reason };
}
