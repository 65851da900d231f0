import type { types } from '@slack/bolt';
import type { Actor } from '../../domain/actor.ts';
import { actorName } from '../../domain/told.ts';
import { clip } from './clip.ts';
import { safeText, typeset } from './safe-text.ts';

/** A part of a line of rich text. */
export type Inline = types.RichTextElement;
/** A paragraph, list, quote or preformatted part of a rich_text block. */
export type Part = types.RichTextBlockElement;

/** Text that Slack shows as it is; markup in it stays text (docs.slack.dev/reference/block-kit/blocks/rich-text-block). */
export function text(value: string): Inline {
  return { type: 'text', text: words(value) };
}

/** Slack takes no empty text. */
function shown(value: string): string {
  return value === '' ? '–' : safeText(value);
}

function words(value: string): string {
  return value === '' ? '–' : typeset(value);
}

export function bold(value: string): Inline {
  return { type: 'text', text: words(value), style: { bold: true } };
}

export function code(value: string): Inline {
  return { type: 'text', text: shown(value), style: { code: true } };
}

/** A link with a name of ours, or of its address's own text. */
export function link(url: string, name: string): Inline {
  return { type: 'link', url, text: shown(name) };
}

/** A point in time, shown in the reader's time zone; an unreadable one is shown as it is. */
export function time(iso: string): Inline {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return text(clip(iso, 40));
  return {
    type: 'date',
    timestamp: Math.floor(ms / 1000),
    format: '{time_secs}',
    fallback: new Date(ms).toISOString(),
  };
}

/** A Slack user id, as Slack gives them out. */
const USER_ID = /^[UW][A-Z0-9]{2,}$/;

/** Who did something: a mention for a person of this Slack, a name otherwise. */
export function who(actor: Actor): Inline {
  if (actor.kind === 'person' && actor.via === 'slack' && USER_ID.test(actor.id)) {
    return { type: 'user', user_id: actor.id };
  }
  const place = actor.kind === 'person' ? ' (terminal)' : actor.kind === 'policy' ? ' (policy)' : '';
  return text(`${clip(actorName(actor), 80)}${place}`);
}

/** A person of this Slack, called by their id; what is no such id stays text. */
export function person(id: string): Inline {
  return USER_ID.test(id) ? { type: 'user', user_id: id } : text(clip(id, 80));
}

/** A Slack user group, called by its id; the id comes from the configuration only. */
export function userGroup(id: string): Inline {
  return { type: 'usergroup', usergroup_id: id };
}

/** One paragraph. */
export function line(...elements: Inline[]): types.RichTextSection {
  return { type: 'rich_text_section', elements };
}

/** Text in a fixed-width box; nothing in it is parsed, and nothing can break out. */
export function preformatted(value: string): Part {
  return { type: 'rich_text_preformatted', elements: [{ type: 'text', text: shown(value) }] };
}

/** Slack indents at most so far. */
const DEEPEST = 8;

/** A list of paragraphs, moved to the right by so many steps. */
export function bullets(items: readonly types.RichTextSection[], indent = 0): Part {
  return {
    type: 'rich_text_list',
    style: 'bullet',
    ...(indent === 0 ? {} : { indent: Math.min(indent, DEEPEST) }),
    elements: [...items],
  };
}

/** A paragraph with a bar at its side, for what must not be overlooked. */
export function quote(...elements: Inline[]): Part {
  return { type: 'rich_text_quote', elements };
}

/** One rich_text block, or none when there is nothing to say. */
export function richText(...parts: Part[]): types.RichTextBlock[] {
  return parts.length === 0 ? [] : [{ type: 'rich_text', elements: parts }];
}
