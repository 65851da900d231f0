import { post } from './api.js';
import { authorOf, avatar, isApp } from './avatar.js';
import { blockItems } from './blocks.js';
import { clock, dayAndClock, fullTime } from './dates.js';
import { h, patchList } from './dom.js';
import { files } from './files.js';
import { icon } from './icons.js';
import { messageSurface } from './message-surface.js';
import { emojiNode, mrkdwn } from './mrkdwn.js';
import { openMenu } from './popover.js';
import { goTo, store, userName } from './store.js';

/**
 * @typedef {{ channel: string, pane: 'channel' | 'thread', compact: boolean, replies: any[], parent: any }} Setting
 */

/** How a message looks apart from who looks: when this changes by itself, the message flashes. @param {any} message */
const substance = (message) => JSON.stringify([message.text, message.blocks, message.edited]);

/**
 * A message as an item for `patchList`.
 *
 * @param {any} message
 * @param {Setting} setting
 * @returns {import('./dom.js').Item}
 */
export function messageItem(message, setting) {
  const root = () => document.querySelector(`.pane-${setting.pane} [data-ts="${CSS.escape(message.ts)}"]`);
  const surface = messageSurface(setting.channel, message, root);
  const blocks = blockItems(message.blocks ?? [], surface);
  const summary = setting.replies.map((reply) => [reply.ts, authorOf(reply)]);
  return {
    key: message.ts,
    sign: JSON.stringify([
      message,
      setting.compact,
      summary,
      setting.parent?.text,
      store.user,
      blocks.map(({ sign }) => sign),
    ]),
    make: (old) => draw(message, setting, blocks, old),
  };
}

/** @param {any} message @param {Setting} setting @param {import('./dom.js').Item[]} blocks @param {HTMLElement | undefined} old */
function draw(message, setting, blocks, old) {
  const own = message.ephemeral_to !== undefined;
  const node = h(
    'article',
    {
      class: `message${setting.compact ? ' compact' : ''}${own ? ' ephemeral' : ''}`,
      'data-ts': message.ts,
      'data-channel': setting.channel,
      'aria-label': `${userName(authorOf(message))}, ${fullTime(Number(message.ts))}`,
    },
    own && h('div', { class: 'only-you' }, icon('eye'), 'Only visible to you'),
    setting.pane === 'channel' && message.reply_broadcast && repliedTo(message, setting),
    h(
      'div',
      { class: 'message-row' },
      h('div', { class: 'gutter' }, setting.compact ? time(message) : avatar(authorOf(message))),
      h(
        'div',
        { class: 'message-main' },
        setting.compact ? null : head(message),
        body(message, blocks, old),
        footer(message, setting),
      ),
    ),
    own ? null : toolbar(message, setting),
  );
  node.dataset.substance = substance(message);
  if (old !== undefined && old.dataset.substance !== node.dataset.substance) flash(node);
  return node;
}

/** @param {HTMLElement} node */
function flash(node) {
  node.classList.add('flash');
  node.addEventListener('animationend', () => node.classList.remove('flash'), { once: true });
}

/** @param {any} message */
const time = (message) =>
  h(
    'time',
    {
      class: 'time',
      title: fullTime(Number(message.ts)),
      datetime: new Date(Number(message.ts) * 1000).toISOString(),
    },
    clock(Number(message.ts)),
  );

/** @param {any} message */
function head(message) {
  const name = message.username ?? userName(authorOf(message));
  return h(
    'div',
    { class: 'message-head' },
    h('span', { class: 'author' }, name),
    isApp(message) && h('span', { class: 'app-badge' }, 'APP'),
    time(message),
  );
}

/** @param {any} message @param {import('./dom.js').Item[]} blocks @param {HTMLElement | undefined} old */
function body(message, blocks, old) {
  const edited =
    message.edited && h('span', { class: 'edited', title: fullTime(Number(message.edited.ts)) }, ' (edited)');
  if (blocks.length === 0) return h('div', { class: 'text plain' }, mrkdwn(message.text ?? ''), edited);
  const box = old?.querySelector('.blocks') ?? h('div', { class: 'blocks' });
  patchList(box, blocks);
  return h('div', {}, box, edited);
}

/** @param {any} message @param {Setting} setting */
function footer(message, setting) {
  return [
    files(message),
    setting.pane === 'thread' &&
      message.reply_broadcast &&
      h('div', { class: 'also-sent' }, 'Also sent to the channel'),
    message.reactions?.length > 0 &&
      h(
        'div',
        { class: 'reactions' },
        message.reactions.map((reaction) => reactionPill(message, setting, reaction)),
      ),
    setting.pane === 'channel' &&
      !message.reply_broadcast &&
      setting.replies.length > 0 &&
      threadSummary(message, setting),
  ];
}

/** @param {any} message @param {Setting} setting @param {any} reaction */
function reactionPill(message, setting, reaction) {
  const mine = reaction.users.includes(store.user);
  const who = reaction.users.map(userName).join(', ');
  return h(
    'button',
    {
      type: 'button',
      class: `reaction${mine ? ' mine' : ''}`,
      title: `${who} reacted with :${reaction.name}:`,
      'aria-pressed': String(mine),
      onclick: () => react(message, setting, reaction.name),
    },
    emojiNode(reaction.name) ?? `:${reaction.name}:`,
    h('span', {}, String(reaction.users.length)),
  );
}

/** @param {any} message @param {Setting} setting @param {string} name */
const react = (message, setting, name) =>
  post('reaction', { user: store.user, channel: setting.channel, ts: message.ts, name });

/** @param {any} message @param {Setting} setting */
const openThread = (message, setting) =>
  goTo({ channel: setting.channel, thread: message.thread_ts ?? message.ts, tab: 'channel' });

/** @param {any} message @param {Setting} setting */
function threadSummary(message, setting) {
  const { replies } = setting;
  const people = [...new Set(replies.map(authorOf))].slice(0, 5);
  return h(
    'button',
    { type: 'button', class: 'thread-summary', onclick: () => openThread(message, setting) },
    people.map((id) => avatar(id, 'tiny')),
    h('span', { class: 'reply-count' }, `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`),
    h('span', { class: 'last-reply' }, `Last reply ${dayAndClock(Number(replies.at(-1).ts))}`),
  );
}

/** @param {any} message @param {Setting} setting */
function repliedTo(message, setting) {
  const text = setting.parent?.text ?? 'a thread';
  const open = h(
    'button',
    { type: 'button', class: 'text-button', onclick: () => openThread(message, setting) },
    mrkdwn(text.split('\n')[0].slice(0, 120))
      .map((node) => node.textContent)
      .join(''),
  );
  return h('div', { class: 'replied-to' }, icon('reply'), 'replied to a thread: ', open);
}

/** @param {any} message @param {Setting} setting */
function toolbar(message, setting) {
  const quick = ['white_check_mark', 'eyes', 'raised_hands'].map((name) =>
    h(
      'button',
      {
        type: 'button',
        class: 'icon-button',
        'aria-label': `React with ${name.replaceAll('_', ' ')}`,
        onclick: () => react(message, setting, name),
      },
      emojiNode(name),
    ),
  );
  const reply = h(
    'button',
    {
      type: 'button',
      class: 'icon-button',
      'aria-label': 'Reply in thread',
      title: 'Reply in thread',
      onclick: () => openThread(message, setting),
    },
    icon('reply'),
  );
  const shortcuts = store.state.shortcuts.filter((shortcut) => shortcut.type !== 'global');
  const more = h(
    'button',
    {
      type: 'button',
      class: 'icon-button',
      'aria-label': 'More actions',
      title: 'More actions',
      'aria-haspopup': 'menu',
      onclick: () => showShortcuts(message, setting, more, shortcuts),
    },
    icon('more'),
  );
  return h(
    'div',
    { class: 'toolbar', role: 'group', 'aria-label': 'Message actions' },
    quick,
    setting.pane === 'channel' && reply,
    shortcuts.length > 0 && more,
  );
}

/** @param {any} message @param {Setting} setting @param {HTMLElement} anchor @param {any[]} shortcuts */
function showShortcuts(message, setting, anchor, shortcuts) {
  const run = (callback) =>
    post('shortcut', { user: store.user, callback_id: callback, channel: setting.channel, ts: message.ts });
  openMenu(
    () => anchor,
    'More actions',
    shortcuts.map(({ name, callback_id: callback }) => ({
      label: h('span', {}, name, h('span', { class: 'choice-note' }, store.state.bot.name)),
      choose: () => run(callback),
      props: { 'data-callback-id': callback },
    })),
  );
}
