import { z } from 'zod';
import { alert, context, divider, header, image, markdown, video } from './blocks/basic.ts';
import { card, carousel, container, plan, taskCard } from './blocks/cards.ts';
import { actions, contextActions, input, modalInput, section } from './blocks/interactive.ts';
import { dataTable, dataVisualization, table } from './blocks/tables.ts';
import { LIMITS } from './limits.ts';
import { richText } from './rich-text.ts';

/** Where blocks are shown; each place takes another set of them. */
export type Surface = 'message' | 'modal' | 'home';

const everywhere = [actions, context, divider, header, image, richText, section, video] as const;

const message = z.discriminatedUnion('type', [
  ...everywhere,
  input,
  markdown,
  table,
  dataTable,
  dataVisualization,
  card,
  carousel,
  container,
  contextActions,
  plan,
  taskCard,
]);
const modal = z.discriminatedUnion('type', [...everywhere, modalInput, alert]);
const home = z.discriminatedUnion('type', [...everywhere, input, container, card, carousel]);

/**
 * The blocks that each surface takes. Tables and charts are only for messages. Source:
 * docs.slack.dev/reference/block-kit/blocks, "Available in".
 */
export const SURFACE_BLOCKS = {
  message: z.array(message).max(LIMITS.blocksPerMessage),
  modal: z.array(modal).max(LIMITS.blocksPerView),
  home: z.array(home).max(LIMITS.blocksPerView),
} as const;
