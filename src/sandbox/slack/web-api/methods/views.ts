import type { SandboxContext } from '../../context.ts';
import { stateValues } from '../../interactivity/state-values.ts';
import type { TriggerSource } from '../../interactivity/trigger-ids.ts';
import { checkedView, openView, publishHome, pushView, updateView } from '../../interactivity/view-stack.ts';
import { type JsonObject, objectsOf } from '../../json.ts';
import type { View } from '../../workspace/model.ts';
import { wireView } from '../../workspace/wire.ts';
import { ApiError } from '../api-error.ts';
import type { ApiMethod } from '../api-method.ts';
import type { Args } from '../args.ts';
import { userById } from '../lookups.ts';

const base = { token: 'bot', scopes: [], tier: 'tier4' } as const;

function useTrigger(context: SandboxContext, args: Args): TriggerSource {
  const used = context.triggers.use(args.text('trigger_id') ?? args.text('interactivity_pointer'));
  if (!used.ok) throw new ApiError(used.error);
  return used.source;
}

function shown({ workspace }: SandboxContext, view: View): JsonObject {
  const values = stateValues(objectsOf(view.content.blocks), view.selections);
  return { view: wireView(workspace, view, values) };
}

function checkHash(view: View | undefined, args: Args): void {
  const hash = args.text('hash');
  if (view !== undefined && hash !== undefined && hash !== view.hash) throw new ApiError('hash_conflict');
}

/** `views.open`: from within a modal the new one lies on top of it. */
export const viewsOpen: ApiMethod = {
  ...base,
  name: 'views.open',
  handle({ context, args }) {
    const content = checkedView(args.json('view'), 'modal');
    const { userId, viewId } = useTrigger(context, args);
    const fromModal = viewId !== undefined && context.workspace.findView(viewId)?.type === 'modal';
    const open = fromModal ? pushView : openView;
    return shown(context, open(context.workspace, userId, content));
  },
};

/** `views.push`: only from within a modal that is still open. */
export const viewsPush: ApiMethod = {
  ...base,
  name: 'views.push',
  handle({ context, args }) {
    const content = checkedView(args.json('view'), 'modal');
    const { userId, viewId } = useTrigger(context, args);
    if (viewId === undefined || context.workspace.findView(viewId)?.type !== 'modal') {
      throw new ApiError('not_found');
    }
    return shown(context, pushView(context.workspace, userId, content));
  },
};

/** `views.update`, by view_id or external_id. */
export const viewsUpdate: ApiMethod = {
  ...base,
  name: 'views.update',
  handle({ context, args }) {
    const { workspace } = context;
    const content = checkedView(args.json('view'), 'modal');
    const viewId = args.text('view_id');
    const externalId = args.text('external_id');
    const open = [...workspace.stacks.values()].flat();
    const view = open.find((one) =>
      viewId === undefined ? externalId !== undefined && one.externalId === externalId : one.id === viewId,
    );
    if (view === undefined) throw new ApiError('not_found');
    checkHash(view, args);
    return shown(context, updateView(workspace, view, content));
  },
};

/** `views.publish`: sets the Home tab of one user. */
export const viewsPublish: ApiMethod = {
  ...base,
  name: 'views.publish',
  handle({ context, args }) {
    const home = context.manifest.features.app_home;
    if (home !== undefined && !home.home_tab_enabled) throw new ApiError('not_enabled');
    const content = checkedView(args.json('view'), 'home');
    const user = userById(context, args.required('user_id'));
    checkHash(context.workspace.homes.get(user.id), args);
    return shown(context, publishHome(context.workspace, user.id, content));
  },
};
