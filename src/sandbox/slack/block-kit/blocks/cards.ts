import { z } from 'zod';
import { button } from '../elements/buttons.ts';
import { imageElement } from '../elements/image.ts';
import { LIMITS } from '../limits.ts';
import { richText } from '../rich-text.ts';
import { mrkdwn, plainText, shortString, textObject } from '../text.ts';
import { blockBase, context, divider, header, image, video } from './basic.ts';
import { actions, input, section } from './interactive.ts';
import { table } from './tables.ts';

/** A card. */
export const card = z
  .strictObject({
    type: z.literal('card'),
    ...blockBase,
    hero_image: imageElement.optional(),
    icon: imageElement.optional(),
    title: mrkdwn(LIMITS.cardTitle).optional(),
    subtitle: mrkdwn(LIMITS.cardSubtitle).optional(),
    body: mrkdwn(LIMITS.cardBody).optional(),
    actions: z.array(button).min(1).max(LIMITS.cardActions).optional(),
  })
  .refine(
    (block) => [block.hero_image, block.title, block.body, block.actions].some((part) => part !== undefined),
    {
      message: 'must provide at least one of hero_image, title, actions or body',
    },
  );

/** Cards side by side. */
export const carousel = z.strictObject({
  type: z.literal('carousel'),
  ...blockBase,
  elements: z.array(card).min(1).max(LIMITS.carouselCards),
});

/** A frame around other blocks. */
export const container = z
  .strictObject({
    type: z.literal('container'),
    ...blockBase,
    title: plainText(LIMITS.containerTitle).optional(),
    rich_text_title: richText.optional(),
    subtitle: textObject(LIMITS.containerTitle).optional(),
    child_blocks: z
      .array(
        z.discriminatedUnion('type', [
          actions,
          context,
          divider,
          header,
          image,
          input,
          richText,
          section,
          table,
          video,
        ]),
      )
      .min(1)
      .max(LIMITS.containerChildren),
    width: z.enum(['narrow', 'standard', 'wide', 'full']).optional(),
    icon: imageElement.optional(),
    is_collapsible: z.boolean().optional(),
    default_collapsed: z.boolean().optional(),
    has_header_divider: z.boolean().optional(),
  })
  .refine((block) => block.title !== undefined || block.rich_text_title !== undefined, {
    message: 'must provide at least one of title or rich_text_title',
  });

/** One task of an agent's plan. */
export const taskCard = z.strictObject({
  type: z.literal('task_card'),
  ...blockBase,
  task_id: z.string().min(1),
  title: z.string().min(1),
  details: richText.optional(),
  output: richText.optional(),
  sources: z.array(z.strictObject({ type: z.literal('url'), url: z.string(), text: z.string() })).optional(),
  status: z.enum(['pending', 'in_progress', 'complete', 'error']),
});

/** An agent's plan. */
export const plan = z.strictObject({
  type: z.literal('plan'),
  ...blockBase,
  title: shortString(LIMITS.containerTitle),
  tasks: z.array(taskCard).optional(),
});
