import { authorOf } from './avatar.js';
import { dayLabel } from './dates.js';
import { h, patchList } from './dom.js';
import { messageItem } from './message.js';
import { isDirect, store } from './store.js';

/** Messages by one author within this many seconds share one avatar, as in Slack. */
const COMPACT_SECONDS = 300;

/** Messages that the acting person may see. @param {any} channel */
const visible = (channel) =>
  channel.messages.filter(
    (message) => message.ephemeral_to === undefined || message.ephemeral_to === store.user,
  );

/** @param {any} message */
const isReply = (message) => message.thread_ts !== undefined && message.thread_ts !== message.ts;

/** @param {any} channel @param {string} ts */
const repliesOf = (channel, ts) =>
  visible(channel).filter((message) => isReply(message) && message.thread_ts === ts);

/** Whether a message follows closely on the one before. @param {any} message @param {any} before */
function follows(message, before) {
  if (before === undefined || message.ephemeral_to !== before.ephemeral_to || message.reply_broadcast)
    return false;
  return authorOf(message) === authorOf(before) && Number(message.ts) - Number(before.ts) < COMPACT_SECONDS;
}

/** @param {any} channel @returns {import('./dom.js').Item[]} */
function channelItems(channel) {
  const items = [];
  if (!isDirect(channel)) items.push(intro(channel));
  let day = '';
  let before;
  for (const message of visible(channel).filter((each) => !isReply(each) || each.reply_broadcast)) {
    const label = dayLabel(Number(message.ts));
    if (label !== day) items.push(divider(label, `day ${label}`));
    const compact = label === day && follows(message, before);
    const replies = repliesOf(channel, message.ts).filter((reply) => reply.ephemeral_to === undefined);
    const parent = isReply(message)
      ? channel.messages.find((each) => each.ts === message.thread_ts)
      : undefined;
    items.push(messageItem(message, { channel: channel.id, pane: 'channel', compact, replies, parent }));
    day = label;
    before = message;
  }
  return items;
}

/** @param {any} channel @param {string} ts @returns {import('./dom.js').Item[]} */
function threadItems(channel, ts) {
  const parent = channel.messages.find((message) => message.ts === ts);
  if (parent === undefined) return [];
  const setting = { channel: channel.id, pane: 'thread', replies: [], parent };
  const replies = repliesOf(channel, ts);
  const items = [messageItem(parent, { ...setting, compact: false })];
  const count = replies.filter((reply) => reply.ephemeral_to === undefined).length;
  const label = `${count} ${count === 1 ? 'reply' : 'replies'}`;
  if (count > 0) items.push(divider(label, 'count', 'reply-divider'));
  for (const [index, message] of replies.entries()) {
    items.push(messageItem(message, { ...setting, compact: follows(message, replies[index - 1]) }));
  }
  return items;
}

/** The head of a channel: a sandbox shows it from its first message on. @param {any} channel */
const intro = (channel) => ({
  key: 'intro',
  sign: channel.name,
  make: () =>
    h(
      'div',
      { class: 'intro' },
      h('span', { class: 'intro-name' }, `# ${channel.name}`),
      'This is the start of the channel in this sandbox.',
    ),
});

/** @param {string} label @param {string} key @param {string} [style] */
const divider = (label, key, style = 'day-divider') => ({
  key,
  sign: label,
  make: () => h('div', { class: style, role: 'separator', 'aria-label': label }, h('span', {}, label)),
});

/** Pixels from the end within which a list still counts as read to the end. */
const NEAR_END = 60;

/** A scrolling list that stays at its end when it is there, and where it is otherwise. */
export class MessageList {
  /** @param {string} label */
  constructor(label) {
    this.list = h('div', { class: 'messages', role: 'log', 'aria-label': label });
    this.node = h('div', { class: 'scroller', tabindex: '-1' }, this.list);
    this.shown = '';
    this.stuck = true;
    this.node.addEventListener('scroll', () => {
      this.stuck = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_END;
    });
    const keepEnd = () => {
      if (this.stuck) this.node.scrollTop = this.node.scrollHeight;
    };
    const watch = new ResizeObserver(keepEnd);
    watch.observe(this.list);
    watch.observe(this.node);
  }

  /** @param {any} channel @param {string | null} thread */
  draw(channel, thread) {
    const place = `${channel.id}/${thread ?? ''}`;
    const items = thread === null ? channelItems(channel) : threadItems(channel, thread);
    if (place !== this.shown) {
      this.list.replaceChildren();
      this.stuck = true;
    }
    this.shown = place;
    const stuck = this.stuck;
    patchList(this.list, items);
    if (stuck) this.node.scrollTop = this.node.scrollHeight;
  }
}
