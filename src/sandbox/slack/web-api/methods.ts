import type { ApiMethod } from './api-method.ts';
import { appsConnectionsOpen, authTest } from './methods/auth.ts';
import { chatDelete } from './methods/chat-delete.ts';
import { chatGetPermalink } from './methods/chat-get-permalink.ts';
import { chatPostEphemeral } from './methods/chat-post-ephemeral.ts';
import { chatPostMessage } from './methods/chat-post-message.ts';
import { chatDeleteScheduledMessage, chatScheduleMessage } from './methods/chat-schedule-message.ts';
import { chatUpdate } from './methods/chat-update.ts';
import { viewsOpen, viewsPublish, viewsPush, viewsUpdate } from './methods/views.ts';

const all: readonly ApiMethod[] = [
  appsConnectionsOpen,
  authTest,
  chatDelete,
  chatDeleteScheduledMessage,
  chatGetPermalink,
  chatPostEphemeral,
  chatPostMessage,
  chatScheduleMessage,
  chatUpdate,
  viewsOpen,
  viewsPublish,
  viewsPush,
  viewsUpdate,
];

/** The Web API methods of the sandbox, by name; any other name is `unknown_method`. */
export const METHODS: ReadonlyMap<string, ApiMethod> = new Map(all.map((method) => [method.name, method]));
