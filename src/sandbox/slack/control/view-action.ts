import { z } from 'zod';
import { keepChoice, viewActionPayload } from '../interactivity/actions.ts';
import {
  applySubmission,
  clientErrors,
  closedPayload,
  mergedState,
  submissionPayload,
} from '../interactivity/submission.ts';
import { clearViews, popView } from '../interactivity/view-stack.ts';
import { objectsOf } from '../json.ts';
import { ApiError } from '../web-api/api-error.ts';
import { route } from './control-route.ts';
import { actedElement, actingUser, openViewOf } from './find.ts';
import { deliver, toldVerdict } from './message-action.ts';

const place = { user: z.string(), view_id: z.string() };
const onElement = z.looseObject({ ...place, block_id: z.string(), action_id: z.string() });

/** `POST /_sandbox/view-action`: a click or choice in a modal or Home tab. */
export const viewAction = route('POST', 'view-action', onElement, async (context, given) => {
  const { user: userId, view_id, block_id, action_id, state, ...chosen } = given;
  const user = actingUser(context, userId);
  const view = openViewOf(context, view_id, user);
  const acted = actedElement(objectsOf(view.content.blocks), block_id, action_id, chosen);
  view.selections = keepChoice(mergedState(view, state), block_id, action_id, acted.state);
  const payload = viewActionPayload(context, user, view, view.selections, acted);
  return toldVerdict(await context.delivery().deliver({ type: 'interactive', payload }));
});

/**
 * `POST /_sandbox/view-submit`: the submit button of a modal. What Slack's client checks is refused without
 * asking the app; what the app answers is applied.
 */
export const viewSubmit = route(
  'POST',
  'view-submit',
  z.looseObject({
    ...place,
    state: z.unknown(),
    /** How often the same submission is delivered at once, as a proxy or a network may do. */
    deliveries: z.int().min(1).max(10).default(1),
  }),
  async (context, given) => {
    const user = actingUser(context, given.user);
    const view = openViewOf(context, given.view_id, user);
    const values = mergedState(view, given.state);
    const errors = clientErrors(view, values);
    if (Object.keys(errors).length > 0) return { ok: false, response_action: 'errors', errors };
    view.selections = values;
    const payload = submissionPayload(context, user, view, values);
    const delivered = await deliver(context, payload, given.deliveries);
    const told = toldVerdict(delivered);
    if (delivered.verdict !== 'acked') return told;
    try {
      return { ...told, ...applySubmission(context, view, delivered.response) };
    } catch (error) {
      if (error instanceof ApiError) return { ...told, ok: false, error: error.code, ...error.extra };
      throw error;
    }
  },
);

/** `POST /_sandbox/view-close`: the close button or the cross of a modal. */
export const viewClose = route('POST', 'view-close', z.looseObject(place), async (context, given) => {
  const user = actingUser(context, given.user);
  const view = openViewOf(context, given.view_id, user);
  const isCleared = view.content.clear_on_close === true;
  if (isCleared) clearViews(context.workspace, user.id);
  else popView(context.workspace, user.id);
  if (view.content.notify_on_close !== true) return { ok: true };
  const payload = closedPayload(context, user, view, isCleared);
  return toldVerdict(await context.delivery().deliver({ type: 'interactive', payload }));
});
