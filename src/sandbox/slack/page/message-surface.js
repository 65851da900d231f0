import { post } from './api.js';
import { changed, store } from './store.js';

/** @typedef {import('./element-state.js').Surface} Surface */

/**
 * What this person did and the server's state does not say yet.
 * @type {Map<string, { value?: any, status?: 'waiting' | 'failed' }>}
 */
const local = new Map();

/** @param {any} message @param {string} block @param {string} action */
const keyOf = (message, block, action) => [store.user, message.ts, block, action].join(' ');

/**
 * Lets the elements of a message act: a click goes to the server, and the element waits for the app.
 *
 * @param {string} channel
 * @param {any} message
 * @param {() => ParentNode | null} root The message's node now.
 * @returns {Surface}
 */
export function messageSurface(channel, message, root) {
  return {
    surface: 'message',
    root,
    error: () => undefined,
    value: (block, action) =>
      local.get(keyOf(message, block, action))?.value ?? message.selections?.[block]?.[action],
    status: (block, action) =>
      local.get(keyOf(message, block, action))?.status ?? pendingStatus(message, block, action),
    options: (block, element, query) =>
      post('options', {
        user: store.user,
        channel,
        ts: message.ts,
        block_id: block.block_id,
        action_id: element.action_id,
        value: query,
      }),
    act: (block, element, value) => act({ channel, message, block, element, value }),
  };
}

/** @param {any} message @param {string} block @param {string} action */
function pendingStatus(message, block, action) {
  const pending = message.pending?.find(
    (click) => click.user === store.user && click.block_id === block && click.action_id === action,
  );
  return pending?.verdict === 'waiting' || pending?.verdict === 'failed' ? pending.verdict : undefined;
}

/** @param {{ channel: string, message: any, block: any, element: any, value: any }} click */
async function act({ channel, message, block, element, value }) {
  const key = keyOf(message, block.block_id ?? '', element.action_id);
  const keeps = !['button', 'overflow'].includes(element.type);
  local.set(key, { ...(keeps ? { value } : {}), ...(element.typing ? {} : { status: 'waiting' }) });
  if (element.typing) return;
  changed();
  const { type: _, ...selection } = value;
  const body = {
    user: store.user,
    channel,
    ts: message.ts,
    block_id: block.block_id,
    action_id: element.action_id,
    ...selection,
  };
  const { verdict } = await post('action', body);
  local.set(key, { ...(keeps ? { value } : {}), ...(verdict === 'acked' ? {} : { status: 'failed' }) });
  changed();
}
