import { z } from 'zod';
import { type JsonObject, objectsOf } from '../json.ts';
import { crossCheck } from './cross-checks.ts';
import { type BlockKitError, toBlockKitErrors } from './issues.ts';
import { LIMITS } from './limits.ts';
import { SURFACE_BLOCKS, type Surface } from './surfaces.ts';
import { plainText } from './text.ts';

/** Findings, or the valid blocks. */
export type BlocksVerdict = { ok: true; blocks: JsonObject[] } | { ok: false; errors: BlockKitError[] };

/**
 * Validates blocks for a surface as strictly as Slack does: limits, member names, and what must be unique.
 * `root` is where the pointers of the findings start, such as `['blocks']`.
 */
export function validateBlocks(
  blocks: unknown,
  surface: Surface,
  root: readonly PropertyKey[],
): BlocksVerdict {
  const parsed = SURFACE_BLOCKS[surface].safeParse(blocks, { reportInput: true });
  const errors = parsed.success
    ? crossCheck(objectsOf(blocks), surface, root)
    : parsed.error.issues.flatMap((issue) => toBlockKitErrors(issue, root));
  return errors.length === 0 ? { ok: true, blocks: objectsOf(blocks) } : { ok: false, errors };
}

const shared = {
  blocks: z.array(z.unknown()),
  private_metadata: z.string().max(LIMITS.privateMetadata).optional(),
  callback_id: z.string().max(LIMITS.callbackId).optional(),
  external_id: z.string().max(LIMITS.externalId).optional(),
};

const view = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('home'), ...shared }),
  z.strictObject({
    type: z.literal('modal'),
    ...shared,
    title: plainText(LIMITS.modalTitle),
    submit: plainText(LIMITS.modalButton).optional(),
    close: plainText(LIMITS.modalButton).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
  }),
]);

/** The root of a view's pointers. */
const VIEW_ROOT = ['view'];

/** Validates a modal or a Home tab with its blocks. A modal with input blocks needs a submit button. */
export function validateView(value: unknown, root: readonly PropertyKey[] = VIEW_ROOT): BlockKitError[] {
  const parsed = view.safeParse(value, { reportInput: true });
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => toBlockKitErrors(issue, root));
  const { data } = parsed;
  const verdict = validateBlocks(data.blocks, data.type, [...root, 'blocks']);
  if (!verdict.ok) return verdict.errors;
  const hasInput = verdict.blocks.some((block) => block.type === 'input');
  if (data.type === 'modal' && hasInput && data.submit === undefined) {
    const message = 'submit is required when input blocks are used';
    return [...toBlockKitErrors({ code: 'custom', message, path: [], input: undefined }, root)];
  }
  return [];
}

/** The findings as Slack lists them in `response_metadata.messages`. */
export function toMessages(errors: readonly BlockKitError[]): string[] {
  return errors.map((found) => `[ERROR] ${found.message} [json-pointer:${found.pointer}]`);
}
