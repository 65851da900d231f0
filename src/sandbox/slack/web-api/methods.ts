import type { ApiMethod } from './api-method.ts';
import { appsConnectionsOpen, appsManifestExport, authTest } from './methods/auth.ts';
import { blocksValidate } from './methods/blocks-validate.ts';
import {
  canvasesAccessSet,
  canvasesCreate,
  canvasesEdit,
  conversationsCanvasesCreate,
} from './methods/canvases.ts';
import { chatDelete } from './methods/chat-delete.ts';
import { chatGetPermalink } from './methods/chat-get-permalink.ts';
import { chatPostEphemeral } from './methods/chat-post-ephemeral.ts';
import { chatPostMessage } from './methods/chat-post-message.ts';
import { chatDeleteScheduledMessage, chatScheduleMessage } from './methods/chat-schedule-message.ts';
import { chatUpdate } from './methods/chat-update.ts';
import {
  conversationsHistory,
  conversationsInfo,
  conversationsList,
  conversationsMembers,
  conversationsReplies,
} from './methods/conversations-read.ts';
import {
  conversationsArchive,
  conversationsCreate,
  conversationsInvite,
  conversationsJoin,
  conversationsOpen,
  conversationsSetTopic,
} from './methods/conversations-write.ts';
import { filesCompleteUpload, filesGetUploadUrl } from './methods/files.ts';
import { bookmarksAdd, bookmarksEdit, pinsAdd, reactionsAdd, reactionsRemove } from './methods/marks.ts';
import {
  botsInfo,
  teamInfo,
  usergroupsList,
  usergroupsUsersList,
  usersInfo,
  usersList,
  usersLookupByEmail,
} from './methods/people.ts';
import { viewsOpen, viewsPublish, viewsPush, viewsUpdate } from './methods/views.ts';

const all: readonly ApiMethod[] = [
  appsConnectionsOpen,
  appsManifestExport,
  authTest,
  blocksValidate,
  bookmarksAdd,
  bookmarksEdit,
  botsInfo,
  canvasesAccessSet,
  canvasesCreate,
  canvasesEdit,
  chatDelete,
  chatDeleteScheduledMessage,
  chatGetPermalink,
  chatPostEphemeral,
  chatPostMessage,
  chatScheduleMessage,
  chatUpdate,
  conversationsArchive,
  conversationsCanvasesCreate,
  conversationsCreate,
  conversationsHistory,
  conversationsInfo,
  conversationsInvite,
  conversationsJoin,
  conversationsList,
  conversationsMembers,
  conversationsOpen,
  conversationsReplies,
  conversationsSetTopic,
  filesCompleteUpload,
  filesGetUploadUrl,
  pinsAdd,
  reactionsAdd,
  reactionsRemove,
  teamInfo,
  usergroupsList,
  usergroupsUsersList,
  usersInfo,
  usersList,
  usersLookupByEmail,
  viewsOpen,
  viewsPublish,
  viewsPush,
  viewsUpdate,
];

/** The Web API methods of the sandbox, by name; any other name is `unknown_method`. */
export const METHODS: ReadonlyMap<string, ApiMethod> = new Map(all.map((method) => [method.name, method]));
