import type { SandboxContext } from '../../context.ts';
import { objectsOf, stringOf } from '../../json.ts';
import type { StoredFile } from '../../workspace/model.ts';
import { ApiError } from '../api-error.ts';
import type { ApiMethod } from '../api-method.ts';
import type { Args } from '../args.ts';
import { channelById, requireMember } from '../lookups.ts';

/** Source: docs.slack.dev/reference/methods/canvases.create. */
const MAX_MARKDOWN = 1024 * 1024;

function checkedMarkdown(content: { type?: unknown; markdown?: unknown } | undefined): string {
  if (content === undefined) return '';
  if (content.type !== 'markdown' || typeof content.markdown !== 'string') {
    throw new ApiError('invalid_arguments');
  }
  if (Buffer.byteLength(content.markdown) > MAX_MARKDOWN) throw new ApiError('canvas_too_large');
  return content.markdown;
}

function createCanvas({ workspace }: SandboxContext, args: Args): StoredFile {
  const markdown = checkedMarkdown(args.object('document_content'));
  const title = args.text('title') ?? 'Untitled';
  const body = Buffer.from(markdown);
  const canvas: StoredFile = {
    id: workspace.ids.next('F'),
    name: 'canvas.md',
    title,
    altText: undefined,
    length: body.length,
    body,
    completed: true,
    kind: 'canvas',
  };
  workspace.files.set(canvas.id, canvas);
  workspace.changes.touch();
  return canvas;
}

/** `canvases.create`: a canvas of its own. Its text is served at `/files/<canvas id>`. */
export const canvasesCreate: ApiMethod = {
  name: 'canvases.create',
  token: 'bot',
  scopes: ['canvases:write'],
  tier: 'tier2',
  handle: ({ context, args }) => ({ canvas_id: createCanvas(context, args).id }),
};

/** `conversations.canvases.create`: the one canvas of a channel. */
export const conversationsCanvasesCreate: ApiMethod = {
  name: 'conversations.canvases.create',
  token: 'bot',
  scopes: ['canvases:write'],
  tier: 'tier2',
  handle({ context, args }) {
    const channel = channelById(context, args.text('channel_id'));
    requireMember(context, channel);
    if (channel.canvasId !== undefined) throw new ApiError('channel_canvas_already_exists');
    channel.canvasId = createCanvas(context, args).id;
    return { canvas_id: channel.canvasId };
  },
};

/** Applies a change; sections have no ids here, so only changes of the whole or of its ends are known. */
function edited(text: string, operation: string | undefined, markdown: string): string {
  switch (operation) {
    case 'insert_at_start':
      return `${markdown}\n${text}`;
    case 'insert_at_end':
      return `${text}\n${markdown}`;
    case 'replace':
      return markdown;
    default:
      throw new ApiError('canvas_editing_failed');
  }
}

/** `canvases.edit`: replaces all, or inserts at an end. */
export const canvasesEdit: ApiMethod = {
  name: 'canvases.edit',
  token: 'bot',
  scopes: ['canvases:write'],
  tier: 'tier3',
  handle({ context, args }) {
    const canvas = context.workspace.files.get(args.text('canvas_id') ?? '');
    if (canvas?.kind !== 'canvas') throw new ApiError('canvas_not_found');
    const [change, ...others] = objectsOf(args.json('changes'));
    if (change === undefined || others.length > 0) throw new ApiError('invalid_arguments');
    if (stringOf(change.section_id) !== undefined) throw new ApiError('canvas_editing_failed');
    const content = objectsOf([change.document_content])[0];
    const text = edited(
      canvas.body?.toString('utf8') ?? '',
      stringOf(change.operation),
      checkedMarkdown(content),
    );
    canvas.body = Buffer.from(text);
    canvas.length = canvas.body.length;
    context.workspace.changes.touch();
    return {};
  },
};

function idsOf(given: unknown): string[] {
  return Array.isArray(given) ? given.filter((id) => typeof id === 'string') : [];
}

const LEVELS = ['read', 'write', 'owner'];

/** `canvases.access.set`: who may see it. Everybody sees everything here; what is refused is refused. */
export const canvasesAccessSet: ApiMethod = {
  name: 'canvases.access.set',
  token: 'bot',
  scopes: ['canvases:write'],
  tier: 'tier3',
  handle({ context, args }) {
    if (context.workspace.files.get(args.text('canvas_id') ?? '')?.kind !== 'canvas')
      throw new ApiError('canvas_not_found');
    if (!LEVELS.includes(args.required('access_level'))) throw new ApiError('invalid_arguments');
    for (const id of idsOf(args.json('channel_ids'))) requireMember(context, channelById(context, id));
    return {};
  },
};
