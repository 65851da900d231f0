import { z } from 'zod';

/** A string that is not empty and not longer than `max` characters. */
export function shortString(max: number) {
  return z.string().min(1).max(max);
}

/** A `plain_text` object of at most `max` characters. */
export function plainText(max: number) {
  return z.strictObject({
    type: z.literal('plain_text'),
    text: shortString(max),
    emoji: z.boolean().optional(),
  });
}

/** A `mrkdwn` text object of at most `max` characters. */
export function mrkdwn(max: number) {
  return z.strictObject({
    type: z.literal('mrkdwn'),
    text: shortString(max),
    verbatim: z.boolean().optional(),
  });
}

/** Either kind of text object, of at most `max` characters. */
export function textObject(max: number) {
  return z.discriminatedUnion('type', [plainText(max), mrkdwn(max)]);
}

/** An absolute http(s) or mailto/slack link of at most `max` characters. */
export function link(max: number) {
  return shortString(max).regex(/^[a-z][a-z0-9+.-]*:\S+$/i, 'must be a valid url');
}
