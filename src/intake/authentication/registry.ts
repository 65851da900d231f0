import type { z } from 'zod';
import type { Fetch } from '../../ports/http.ts';
import { basic } from './basic.ts';
import { bearer } from './bearer.ts';
import { grafanaSignature } from './grafana-signature.ts';
import { header } from './header.ts';
import { hmac } from './hmac.ts';
import { pagerdutySignature } from './pagerduty-signature.ts';
import { sentrySignature } from './sentry-signature.ts';
import { snsSignature } from './sns-signature.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import type { AuthenticationWay, ResolveSecret, Verify } from './way.ts';

/** Every way in which a sender can prove itself, by its key in firebreak.yml. */
export const ways = {
  bearer,
  basic,
  header,
  hmac,
  standardWebhooks,
  grafanaSignature,
  pagerdutySignature,
  sentrySignature,
  snsSignature,
};
type Ways = typeof ways;
export type WayId = keyof Ways;

/** The ways in the order in which they are told to people. */
export const wayIds = Object.keys(ways) as WayId[];

/** How one source proves itself, with its secrets. */
export type Authentication = {
  [Id in WayId]: { readonly way: Id; readonly keys: ReturnType<Ways[Id]['keys']> };
}[WayId];

/** The settings of every way, of which a source has one. */
export type WaySettings = { [Id in WayId]?: z.output<Ways[Id]['settings']> | undefined };

/** What lies behind the union of all ways, whose settings and keys belong together by their id. */
type AnyWay = AuthenticationWay<z.ZodType, unknown>;

/** The way that is set, with its secrets; null when none is. */
export function authenticationOf(settings: WaySettings, secret: ResolveSecret): Authentication | null {
  const way = wayIds.find((id) => settings[id] !== undefined);
  if (way === undefined) return null;
  const keys = (ways[way] as AnyWay).keys(settings[way], secret);
  return { way, keys } as Authentication;
}

/** Makes what proves the requests of one source. */
export function verifierOf({ way, keys }: Authentication, services: { readonly fetch: Fetch }): Verify {
  return (ways[way] as AnyWay).verifier(keys, services);
}
