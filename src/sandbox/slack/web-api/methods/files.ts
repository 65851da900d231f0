import type { SandboxContext } from '../../context.ts';
import { objectsOf, stringOf } from '../../json.ts';
import type { FileReference, StoredFile } from '../../workspace/model.ts';
import { ApiError } from '../api-error.ts';
import type { ApiCall, ApiMethod } from '../api-method.ts';
import { channelById, requireMember } from '../lookups.ts';
import { checkedBlocks } from '../message-content.ts';
import { readThread } from './chat-post-message.ts';

const MAX_ALT_TEXT = 1000;

/** `files.getUploadURLExternal`: the first of the three steps of an upload. */
export const filesGetUploadUrl: ApiMethod = {
  name: 'files.getUploadURLExternal',
  token: 'bot',
  scopes: ['files:write'],
  tier: 'tier4',
  handle({ context, args }) {
    const name = args.required('filename');
    const length = args.number('length');
    if (length === undefined || length <= 0) throw new ApiError('invalid_arguments');
    const altText = args.text('alt_txt');
    if ((altText ?? '').length > MAX_ALT_TEXT) throw new ApiError('alt_txt_too_large');
    const id = context.workspace.ids.next('F');
    const file = { id, name, title: name, altText, length, body: undefined, completed: false };
    context.workspace.files.set(id, { ...file, kind: 'file' });
    return { upload_url: `${context.baseUrl()}/upload/${id}`, file_id: id };
  },
};

function uploaded({ workspace }: SandboxContext, id: string | undefined): StoredFile {
  const file = workspace.files.get(id ?? '');
  if (file?.body === undefined) throw new ApiError('file_not_found');
  return file;
}

function reference(context: SandboxContext, file: StoredFile): FileReference {
  const alt = file.altText === undefined ? {} : { alt_txt: file.altText };
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    url: `${context.baseUrl()}/files/${file.id}`,
    ...alt,
  };
}

function share({ context, args }: ApiCall, channelId: string, files: readonly StoredFile[]): void {
  const { workspace } = context;
  const channel = channelById(context, channelId);
  if (channel.archived) throw new ApiError('is_archived');
  requireMember(context, channel);
  const threadTs = readThread(channel, args);
  const blocks = args.json('blocks', 'invalid_blocks_format');
  workspace.addMessage(channel, {
    user: workspace.bot.userId,
    bot_id: workspace.bot.botId,
    text: args.text('initial_comment') ?? '',
    files: files.map((file) => reference(context, file)),
    ...(blocks === undefined ? {} : { blocks: checkedBlocks(blocks) }),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
  });
}

/** `files.completeUploadExternal`: shares what was uploaded, if a channel is given. */
export const filesCompleteUpload: ApiMethod = {
  name: 'files.completeUploadExternal',
  token: 'bot',
  scopes: ['files:write'],
  tier: 'tier4',
  handle(call) {
    const { context, args } = call;
    const given = objectsOf(args.json('files'));
    if (given.length === 0) throw new ApiError('invalid_arguments');
    const files = given.map(({ id }) => uploaded(context, stringOf(id)));
    for (const [index, file] of files.entries()) file.title = stringOf(given[index]?.title) ?? file.title;
    const channels = [args.text('channel_id'), ...args.list('channels')].filter((id) => id !== undefined);
    for (const channelId of channels) share(call, channelId, files);
    for (const file of files) file.completed = true;
    context.workspace.changes.touch();
    return {
      files: files.map((file) => ({
        id: file.id,
        name: file.name,
        title: file.title,
        size: file.length,
        permalink: reference(context, file).url,
        url_private: reference(context, file).url,
      })),
    };
  },
};
