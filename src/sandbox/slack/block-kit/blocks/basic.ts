import { z } from 'zod';
import { hasOnePicture, imageElement, imageSource, ONE_PICTURE } from '../elements/image.ts';
import { LIMITS } from '../limits.ts';
import { link, mrkdwn, plainText, shortString, textObject } from '../text.ts';

/** The member that every block may have. */
export const blockBase = { block_id: shortString(LIMITS.blockId).optional() };

/** A title line. */
export const header = z.strictObject({
  type: z.literal('header'),
  ...blockBase,
  text: plainText(LIMITS.headerText),
  level: z.int().min(1).max(4).optional(),
});

/** A rule. */
export const divider = z.strictObject({ type: z.literal('divider'), ...blockBase });

/** Small print: texts and images. */
export const context = z.strictObject({
  type: z.literal('context'),
  ...blockBase,
  elements: z
    .array(
      z.discriminatedUnion('type', [imageElement, plainText(LIMITS.contextText), mrkdwn(LIMITS.contextText)]),
    )
    .min(1)
    .max(LIMITS.contextElements),
});

/** A picture of its own. */
export const image = z
  .strictObject({
    type: z.literal('image'),
    ...blockBase,
    ...imageSource,
    title: plainText(LIMITS.imageTitle).optional(),
  })
  .refine(hasOnePicture, ONE_PICTURE);

/** Standard markdown, parsed by Slack. */
export const markdown = z.strictObject({
  type: z.literal('markdown'),
  ...blockBase,
  text: shortString(LIMITS.markdownTotal),
});

/** An embedded player. */
export const video = z.strictObject({
  type: z.literal('video'),
  ...blockBase,
  video_url: link(LIMITS.imageUrl),
  thumbnail_url: link(LIMITS.imageUrl),
  alt_text: shortString(LIMITS.imageAltText),
  title: plainText(LIMITS.videoTitle),
  title_url: link(LIMITS.imageUrl).optional(),
  author_name: z.string().max(50).optional(),
  provider_name: z.string().optional(),
  provider_icon_url: z.string().optional(),
  description: plainText(LIMITS.videoTitle).optional(),
});

/** A coloured notice; only in modals. */
export const alert = z.strictObject({
  type: z.literal('alert'),
  ...blockBase,
  text: textObject(LIMITS.sectionText),
  level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
});
