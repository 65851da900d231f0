import { placedElements } from '../block-kit/walk.ts';
import type { SandboxContext } from '../context.ts';
import { isJsonObject, type JsonObject, objectsOf, stringOf } from '../json.ts';
import type { StateValues, User, View } from '../workspace/model.ts';
import { wireView } from '../workspace/wire.ts';
import { payloadBase } from './people.ts';
import { resolveOptions, stateValues, valueMember } from './state-values.ts';
import { checkedView, clearViews, popView, pushView, updateView } from './view-stack.ts';

/** Reads `state.values` from a client: what it gives for elements that the view shows, over what was chosen before. */
export function mergedState(view: View, given: unknown): StateValues {
  const chosen: StateValues = { ...view.selections };
  const values = isJsonObject(given) && isJsonObject(given.values) ? given.values : {};
  for (const { block, element } of placedElements(objectsOf(view.content.blocks))) {
    const blockId = stringOf(block.block_id) ?? '';
    const actionId = stringOf(element.action_id) ?? '';
    const ofBlock = values[blockId];
    const state = isJsonObject(ofBlock) ? ofBlock[actionId] : undefined;
    const resolved = isJsonObject(state) ? resolveOptions(element, state) : undefined;
    if (resolved !== undefined) chosen[blockId] = { ...chosen[blockId], [actionId]: resolved };
  }
  return stateValues(objectsOf(view.content.blocks), chosen);
}

function lengthProblem(element: JsonObject, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const { min_length, max_length } = element;
  if (typeof min_length === 'number' && value.length < min_length) {
    return `Enter at least ${min_length} characters.`;
  }
  if (typeof max_length === 'number' && value.length > max_length) {
    return `Enter no more than ${max_length} characters.`;
  }
  return undefined;
}

/** What Slack's own client would not let a person submit, by block_id. */
export function clientErrors(view: View, values: StateValues): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { block, element } of placedElements(objectsOf(view.content.blocks))) {
    if (block.type !== 'input') continue;
    const blockId = stringOf(block.block_id) ?? '';
    const state = values[blockId]?.[stringOf(element.action_id) ?? ''];
    const value = state?.[valueMember(element.type) ?? ''];
    const isEmpty =
      value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
    if (isEmpty && block.optional !== true) errors[blockId] = 'Please complete this required field.';
    const problem = isEmpty ? undefined : lengthProblem(element, value);
    if (problem !== undefined) errors[blockId] = problem;
  }
  return errors;
}

/** The `view_submission` payload. */
export function submissionPayload(
  context: SandboxContext,
  user: User,
  view: View,
  values: StateValues,
): JsonObject {
  return {
    type: 'view_submission',
    ...payloadBase(context, user),
    trigger_id: context.triggers.issue({ userId: user.id, viewId: view.id }),
    view: wireView(context.workspace, view, values),
    response_urls: [],
  };
}

/** The `view_closed` payload. */
export function closedPayload(
  context: SandboxContext,
  user: User,
  view: View,
  isCleared: boolean,
): JsonObject {
  const values = stateValues(objectsOf(view.content.blocks), view.selections);
  return {
    type: 'view_closed',
    ...payloadBase(context, user),
    view: wireView(context.workspace, view, values),
    is_cleared: isCleared,
  };
}

/** What happened to the modal after the app acknowledged its submission. */
export interface SubmissionResult {
  response_action?: string;
  errors?: Record<string, string>;
}

/**
 * Applies the acknowledgement of a submission: errors keep the modal open, update and push show another one,
 * clear closes all, an empty acknowledgement closes this one. Throws ApiError for a view that Slack refuses.
 */
export function applySubmission(
  context: SandboxContext,
  view: View,
  acknowledgement: unknown,
): SubmissionResult {
  const { workspace } = context;
  const body = isJsonObject(acknowledgement) ? acknowledgement : {};
  switch (body.response_action) {
    case 'errors':
      return { response_action: 'errors', errors: textsOf(body.errors) };
    case 'update':
      updateView(workspace, view, checkedView(body.view, 'modal'));
      return { response_action: 'update' };
    case 'push':
      pushView(workspace, view.userId, checkedView(body.view, 'modal'));
      return { response_action: 'push' };
    case 'clear':
      clearViews(workspace, view.userId);
      return { response_action: 'clear' };
    default:
      if (workspace.findView(view.id) !== undefined) popView(workspace, view.userId);
      return {};
  }
}

function textsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(isJsonObject(value) ? value : {});
  return Object.fromEntries(entries.map(([key, text]) => [key, String(text)]));
}
