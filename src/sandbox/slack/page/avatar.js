import { h } from './dom.js';
import { botPicture } from './icons.js';
import { store, userById, userName } from './store.js';

/** @param {string} name */
function initials(name) {
  const words = name.split(/[\s._-]+/).filter((word) => word !== '');
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? words.at(-1)[0] : '')).toUpperCase();
}

/** The colour of a user as Slack stores it, six hex digits; anything else becomes grey. @param {any} user */
const colour = (user) =>
  /^#?[0-9a-f]{6}$/i.test(user?.color ?? '') ? `#${user.color.replace('#', '')}` : '#616061';

/** @param {string} id User id, or the bot's. @param {string} [size] A class: `small` or `tiny`. */
export function avatar(id, size = '') {
  const { bot } = store.state;
  if (id === bot.userId || id === bot.botId) return h('span', { class: `avatar ${size}` }, botPicture());
  const user = userById(id);
  const face = h('span', { class: `avatar initials ${size}`, 'aria-hidden': 'true' }, initials(userName(id)));
  face.style.setProperty('--face', colour(user));
  return face;
}

/** The id of a message's author as the page names it. @param {any} message */
export function authorOf(message) {
  const { bot } = store.state;
  if (message.user) return message.user;
  return message.bot_id === bot.botId ? bot.userId : (message.bot_id ?? '');
}

/** Whether a message was posted by an app. @param {any} message */
export const isApp = (message) =>
  Boolean(message.bot_id) ||
  authorOf(message) === store.state.bot.userId ||
  userById(message.user)?.is_bot === true;
