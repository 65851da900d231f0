import { z } from 'zod';
import { slackFile } from '../composition.ts';
import { LIMITS } from '../limits.ts';
import { link, shortString } from '../text.ts';

/** The members by which an image block or element names its picture; exactly one of the two sources is given. */
export const imageSource = {
  image_url: link(LIMITS.imageUrl).optional(),
  slack_file: slackFile.optional(),
  alt_text: shortString(LIMITS.imageAltText),
};

/** Tells whether exactly one source of the picture is given. */
export function hasOnePicture(image: { image_url?: unknown; slack_file?: unknown }): boolean {
  return (image.image_url === undefined) !== (image.slack_file === undefined);
}

/** What is wrong when `hasOnePicture` is not so. */
export const ONE_PICTURE = { message: 'must provide exactly one of image_url or slack_file' };

/** An image inside another block. */
export const imageElement = z
  .strictObject({ type: z.literal('image'), ...imageSource })
  .refine(hasOnePicture, ONE_PICTURE);
