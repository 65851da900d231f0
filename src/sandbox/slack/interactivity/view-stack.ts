import { withGeneratedIds } from '../block-kit/fill-ids.ts';
import { LIMITS } from '../block-kit/limits.ts';
import { toMessages, validateView } from '../block-kit/validate.ts';
import { randomHex } from '../ids.ts';
import { isJsonObject, type JsonObject, objectsOf, stringOf } from '../json.ts';
import { ApiError } from '../web-api/api-error.ts';
import type { View } from '../workspace/model.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Modals that may lie on each other. Source: docs.slack.dev/surfaces/modals. */
const MAX_STACK = 3;

/** A checked view: the app's JSON with generated block and action ids. Throws the Web API's refusals. */
export function checkedView(value: unknown, type: View['type']): JsonObject {
  if (!isJsonObject(value))
    throw new ApiError(
      'invalid_arguments',
      messages(['[ERROR] must provide an object [json-pointer:/view]']),
    );
  if (Buffer.byteLength(JSON.stringify(value)) > LIMITS.viewSize) throw new ApiError('view_too_large');
  const errors = validateView(value);
  if (errors.length > 0) throw new ApiError('invalid_arguments', messages(toMessages(errors)));
  if (value.type !== type) {
    throw new ApiError(
      'invalid_arguments',
      messages([`[ERROR] must be a ${type} view [json-pointer:/view/type]`]),
    );
  }
  return { ...value, blocks: withGeneratedIds(objectsOf(value.blocks)) };
}

function messages(list: string[]): JsonObject {
  return { response_metadata: { messages: list } };
}

/** The open modals of a user, the one on top last. */
export function stackOf(workspace: Workspace, userId: string): View[] {
  return workspace.stacks.get(userId) ?? [];
}

function setStack(workspace: Workspace, userId: string, stack: View[]): void {
  workspace.stacks.set(userId, stack);
  workspace.changes.touchViews(userId);
}

function newHash(workspace: Workspace): string {
  return `${Math.floor(workspace.now() / 1000)}.${randomHex(4)}`;
}

function externalIdOf(workspace: Workspace, content: JsonObject, except?: View): string {
  const externalId = stringOf(content.external_id) ?? '';
  const open = [...workspace.stacks.values()].flat();
  if (externalId !== '' && open.some((view) => view !== except && view.externalId === externalId)) {
    throw new ApiError('duplicate_external_id');
  }
  return externalId;
}

function newView(workspace: Workspace, userId: string, content: JsonObject, below: View | undefined): View {
  const id = workspace.ids.next('V');
  return {
    id,
    type: content.type === 'home' ? 'home' : 'modal',
    content,
    hash: newHash(workspace),
    userId,
    rootId: below?.rootId ?? id,
    previousId: below?.id,
    externalId: externalIdOf(workspace, content),
    selections: {},
  };
}

/** Opens a modal, as the only one of the user. */
export function openView(workspace: Workspace, userId: string, content: JsonObject): View {
  const view = newView(workspace, userId, content, undefined);
  setStack(workspace, userId, [view]);
  return view;
}

/** Lays a modal on the user's modals. Throws `push_limit_reached` when three lie there. */
export function pushView(workspace: Workspace, userId: string, content: JsonObject): View {
  const stack = stackOf(workspace, userId);
  if (stack.length >= MAX_STACK) throw new ApiError('push_limit_reached');
  const view = newView(workspace, userId, content, stack.at(-1));
  setStack(workspace, userId, [...stack, view]);
  return view;
}

/** Gives a view other content; the choices of elements that stay (same block_id and action_id) stay. */
export function updateView(workspace: Workspace, view: View, content: JsonObject): View {
  view.externalId = externalIdOf(workspace, content, view);
  view.content = content;
  view.hash = newHash(workspace);
  workspace.changes.touchViews(view.userId);
  return view;
}

/** Takes the modal on top away. */
export function popView(workspace: Workspace, userId: string): void {
  setStack(workspace, userId, stackOf(workspace, userId).slice(0, -1));
}

/** Takes all modals away. */
export function clearViews(workspace: Workspace, userId: string): void {
  setStack(workspace, userId, []);
}

/** Sets the Home tab of a user; the id stays the same from one publication to the next. */
export function publishHome(workspace: Workspace, userId: string, content: JsonObject): View {
  const present = workspace.homes.get(userId);
  const view = present ?? newView(workspace, userId, content, undefined);
  workspace.homes.set(userId, view);
  return updateView(workspace, view, content);
}
