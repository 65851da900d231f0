import type { BlockKitError } from '../../block-kit/issues.ts';
import { LIMITS } from '../../block-kit/limits.ts';
import { validateBlocks, validateView } from '../../block-kit/validate.ts';
import { isJsonObject } from '../../json.ts';
import { ApiError } from '../api-error.ts';
import type { ApiMethod } from '../api-method.ts';

const KINDS = ['blocks', 'message', 'view'] as const;

function errorsOf(kind: (typeof KINDS)[number], value: unknown): BlockKitError[] {
  if (kind === 'view') return validateView(value, []);
  const isMessage = kind === 'message';
  const blocks = isMessage && isJsonObject(value) ? (value.blocks ?? []) : value;
  const verdict = validateBlocks(blocks, 'message', isMessage ? ['blocks'] : []);
  return verdict.ok ? [] : verdict.errors;
}

/** `blocks.validate`: exactly one of blocks, message or view. */
export const blocksValidate: ApiMethod = {
  name: 'blocks.validate',
  token: 'bot',
  scopes: [],
  tier: 'tier3',
  handle({ args }) {
    const given = KINDS.filter((kind) => args.values[kind] !== undefined);
    const [kind] = given;
    if (kind === undefined || given.length > 1) {
      throw new ApiError('invalid_arguments', {
        response_metadata: {
          messages: ['must provide exactly one of `blocks`, `view`, or `message`'],
        },
      });
    }
    const value = args.json(kind, 'invalid_arguments');
    if (JSON.stringify(value).length > LIMITS.validatePayload) throw new ApiError('invalid_arguments');
    const errors = errorsOf(kind, value);
    if (errors.length > 0) throw new ApiError(`invalid_${kind}`, { errors });
    return {};
  },
};
