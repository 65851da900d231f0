import { withGeneratedIds } from '../block-kit/fill-ids.ts';
import { LIMITS } from '../block-kit/limits.ts';
import { toMessages, validateBlocks } from '../block-kit/validate.ts';
import { textLength } from '../block-kit/walk.ts';
import { isJsonObject, type JsonObject, objectsOf } from '../json.ts';
import type { Metadata } from '../workspace/model.ts';
import { ApiError } from './api-error.ts';
import type { Args } from './args.ts';

const MAX_ATTACHMENTS = 100;
/** Not published; generous for ids. */
const MAX_METADATA = 8000;

/** What the caller gave of a message; `blocks` is absent when it was not given at all. */
export interface MessageContent {
  text: string | undefined;
  blocks: JsonObject[] | undefined;
  attachments: JsonObject[] | undefined;
}

/** Validates blocks for a message. Throws `invalid_blocks_format`, `invalid_blocks` or `msg_blocks_too_long`. */
export function checkedBlocks(value: unknown): JsonObject[] {
  if (!Array.isArray(value)) throw new ApiError('invalid_blocks_format');
  const verdict = validateBlocks(value, 'message', ['blocks']);
  if (!verdict.ok) {
    throw new ApiError('invalid_blocks', {
      errors: verdict.errors.map((found) => `${found.message} [json-pointer:${found.pointer}]`),
      response_metadata: { messages: toMessages(verdict.errors) },
    });
  }
  if (textLength(value) > LIMITS.textOfAllBlocks) throw new ApiError('msg_blocks_too_long');
  return withGeneratedIds(verdict.blocks);
}

/** Reads text, blocks and attachments, with Slack's checks. Throws `no_text` when there is nothing to show. */
export function readContent(args: Args): MessageContent {
  const given = args.json('blocks', 'invalid_blocks_format');
  const markdown = args.text('markdown_text');
  const text = args.text('text');
  if (markdown !== undefined && (given !== undefined || text !== undefined)) {
    throw new ApiError('markdown_text_conflict');
  }
  const blocks = markdown === undefined ? given : [{ type: 'markdown', text: markdown }];
  const attachments = readAttachments(args);
  const checked = blocks === undefined ? undefined : checkedBlocks(blocks);
  if (text === undefined && (checked ?? []).length === 0 && (attachments ?? []).length === 0) {
    throw new ApiError('no_text');
  }
  return { text: text ?? markdown, blocks: checked, attachments };
}

function readAttachments(args: Args): JsonObject[] | undefined {
  const value = args.json('attachments', 'invalid_attachments');
  if (value === undefined) return undefined;
  const attachments = objectsOf(value);
  if (attachments.length > MAX_ATTACHMENTS) throw new ApiError('too_many_attachments');
  for (const attachment of attachments) {
    if (attachment.blocks !== undefined) checkedBlocks(attachment.blocks);
  }
  return attachments;
}

/** Reads metadata: undefined when not given, null when an empty object takes it away. */
export function readMetadata(args: Args): Metadata | null | undefined {
  const value = args.object('metadata', 'invalid_metadata_format');
  if (value === undefined) return undefined;
  if (Object.keys(value).length === 0) return null;
  const { event_type, event_payload } = value;
  if (typeof event_type !== 'string' || event_type === '' || !isJsonObject(event_payload)) {
    throw new ApiError('invalid_metadata_format');
  }
  if (JSON.stringify(value).length > MAX_METADATA) throw new ApiError('metadata_too_large');
  return { event_type, event_payload };
}
