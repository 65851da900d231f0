import { post } from './api.js';
import { clickState } from './element-state.js';
import { changed, store } from './store.js';

/** @typedef {import('./element-state.js').Surface} Surface */
/** @typedef {{ value?: any, click?: import('./element-state.js').ClickState }} Local */

/**
 * What this person did and the server's state does not say yet.
 * @type {Map<string, Local>}
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
  const click = (block, action) =>
    local.get(keyOf(message, block, action))?.click ?? pendingClick(message, block, action);
  const ids = (block, element) => ({ block_id: block.block_id, action_id: element.action_id });
  return {
    surface: 'message',
    root,
    error: () => undefined,
    value: (block, action) =>
      local.get(keyOf(message, block, action))?.value ?? message.selections?.[block]?.[action],
    waits: (block, action) => click(block, action)?.waits === true,
    problem: (block, action) => click(block, action)?.problem,
    options: (block, element, query) =>
      post('options', { user: store.user, channel, ts: message.ts, ...ids(block, element), value: query }),
    act: (block, element, value) => act({ channel, message, block, element, value }),
  };
}

/** What the server says of this person's last click on an element. @param {any} message @param {string} block @param {string} action */
function pendingClick(message, block, action) {
  const pending = message.pending?.findLast(
    (click) => click.user === store.user && click.block_id === block && click.action_id === action,
  );
  if (pending?.verdict === 'waiting') return { waits: true };
  return pending?.verdict === 'failed' ? clickState({}, store.state.bot.name) : undefined;
}

/** @param {{ channel: string, message: any, block: any, element: any, value: any }} action */
async function act({ channel, message, block, element, value }) {
  const key = keyOf(message, block.block_id ?? '', element.action_id);
  const kept = ['button', 'overflow'].includes(element.type) ? {} : { value };
  if (element.typing) {
    local.set(key, kept);
    return;
  }
  local.set(key, { ...kept, click: { waits: true } });
  changed();
  const { type: _, ...selection } = value;
  const ids = { block_id: block.block_id, action_id: element.action_id };
  const answer = await post('action', { user: store.user, channel, ts: message.ts, ...ids, ...selection });
  local.set(key, { ...kept, click: clickState(answer, store.state.bot.name) });
  changed();
}
