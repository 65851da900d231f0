import { z } from 'zod';
import { FirebreakError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { AlertSource as ConfiguredSource } from '../intake/alert-source.ts';
import { authenticationOf, type WayId, wayIds, ways } from '../intake/authentication/registry.ts';
import { alertFormats, formatIds } from '../intake/formats.ts';

type Ways = typeof ways;

/** One optional key for each way in which a source can prove itself. */
const waySettings = Object.fromEntries(wayIds.map((id) => [id, ways[id].settings.optional()])) as {
  [Id in WayId]: z.ZodOptional<Ways[Id]['settings']>;
};

const RateLimit = z.strictObject({
  requests: z.int().min(1),
  seconds: z.int().min(1).default(60),
});

/** A sender of alerts: which form it writes, and the one way in which it proves itself. */
export const AlertSource = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .describe('The path is /alerts/<name>.'),
    format: z.enum(formatIds),
    ...waySettings,
    rateLimit: RateLimit.nullable()
      .default({ requests: 6_000, seconds: 60 })
      .describe('Requests that are taken from it, on each replica; null for any number.'),
  })
  .superRefine((source, context) => {
    const [way, ...others] = wayIds.filter((id) => source[id] !== undefined);
    const fitting = alertFormats[source.format].ways;
    if (others.length > 0) {
      const message = 'a source proves itself in one way; leave out the others';
      for (const other of others) context.addIssue({ code: 'custom', path: [other], message });
    } else if (way !== undefined && !(fitting as readonly WayId[]).includes(way)) {
      const message = `a source of the format ${source.format} cannot prove itself by ${way}; it can by ${orOf(fitting)}`;
      context.addIssue({ code: 'custom', path: [way], message });
    }
  });

type Given = z.output<typeof AlertSource>;

/** The same source with its secrets. Throws `missing-secret` or `no-authentication`. */
export function resolveAlertSource(
  source: Given,
  secret: (ref: SecretRef, use: string) => Secret,
): ConfiguredSource {
  const { name, format, rateLimit } = source;
  const authentication = authenticationOf(source, (ref) => secret(ref, `alert source ${name}`));
  if (authentication !== null) return { name, format, authentication, rateLimit };
  const fitting = alertFormats[format].ways;
  throw new FirebreakError('no-authentication', `Alert source "${name}" has no authentication.`, {
    hint: `Anybody could start incidents. Add ${orOf(fitting)} to the source; docs/alerts.md shows how.`,
  });
}

function orOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
