import { avatar } from './avatar.js';
import { h, patchList } from './dom.js';
import { icon } from './icons.js';
import { openMenu } from './popover.js';
import { changed, directChannel, goTo, isDirect, store, userName } from './store.js';

/** @type {Map<string, string>} The newest message that was seen, by user and channel. */
const seen = new Map();

/** Draws the workspace's channels, the app and the acting person. @param {HTMLElement} node @param {(user: string) => void} onuser */
export function drawSidebar(node, onuser) {
  const { state } = store;
  const rows = [
    piece('team', [state.team.name], () => h('div', { class: 'team' }, state.team.name)),
    title('Channels'),
    ...state.channels.filter((channel) => !isDirect(channel)).map((channel) => channelRow(channel)),
    title('Apps'),
    appRow(),
    piece('acting', [store.user, state.users.length], () => actingAs(onuser)),
  ];
  patchList(node, rows);
}

/** @param {string} key @param {unknown} sign @param {() => HTMLElement} make */
const piece = (key, sign, make) => ({ key, sign: JSON.stringify(sign), make });

/** @param {string} text */
const title = (text) => piece(`title ${text}`, [], () => h('h2', { class: 'side-title' }, text));

/** Goes to a place and closes the drawer of a narrow window. @param {Partial<import('./store.js').Place>} to */
function leave(to) {
  document.body.classList.remove('drawer-open');
  goTo(to);
}

/** @param {any} channel */
function channelRow(channel) {
  const here = store.place.tab === 'channel' && store.place.channel === channel.id;
  const newest =
    channel.messages
      .filter((message) => message.ephemeral_to === undefined || message.ephemeral_to === store.user)
      .at(-1)?.ts ?? '';
  const key = `${store.user} ${channel.id}`;
  if (here || !seen.has(key)) seen.set(key, newest);
  const unread = newest > (seen.get(key) ?? '');
  return piece(channel.id, [channel.name, here, unread], () =>
    h(
      'button',
      {
        type: 'button',
        class: `side-row${unread ? ' unread' : ''}`,
        'aria-current': here ? 'page' : null,
        'data-channel': channel.id,
        onclick: () => leave({ channel: channel.id, thread: null, tab: 'channel' }),
      },
      icon('hash'),
      h('span', { class: 'side-name' }, channel.name),
    ),
  );
}

/** The app: its Home, and the conversation with it. */
function appRow() {
  const { bot } = store.state;
  const direct = directChannel();
  const here = store.place.tab === 'home' || (direct !== undefined && store.place.channel === direct.id);
  const open = () => leave({ tab: 'home', thread: null });
  return piece('home', [here, bot.name], () =>
    h(
      'button',
      {
        type: 'button',
        class: 'side-row',
        'aria-current': here ? 'page' : null,
        'data-home': true,
        onclick: open,
      },
      avatar(bot.userId, 'tiny'),
      h('span', { class: 'side-name' }, bot.name),
    ),
  );
}

/** @param {(user: string) => void} onuser */
function actingAs(onuser) {
  const open = () =>
    openMenu(
      () => document.querySelector('.acting'),
      'Act as',
      store.state.users
        .filter((user) => !user.is_bot)
        .map((user) => ({
          label: h(
            'span',
            { class: 'person' },
            avatar(user.id, 'small'),
            h(
              'span',
              {},
              user.real_name || user.name,
              h(
                'span',
                { class: 'choice-note' },
                user.team_id === store.state.team.id ? `@${user.name}` : 'from another workspace',
              ),
            ),
          ),
          checked: user.id === store.user,
          choose: () => onuser(user.id),
          props: { 'data-user-id': user.id },
        })),
      { above: true },
    );
  return h(
    'button',
    {
      type: 'button',
      class: 'acting',
      'aria-haspopup': 'menu',
      'aria-label': `Acting as ${userName(store.user)}. Change the person`,
      onclick: open,
    },
    avatar(store.user, 'small'),
    h(
      'span',
      { class: 'acting-text' },
      h('span', { class: 'acting-as' }, 'Acting as'),
      h('span', { class: 'acting-name' }, userName(store.user)),
    ),
    icon('caret'),
  );
}

/** Draws the badge: that this is no Slack, and how the app is connected. @param {HTMLElement} node */
export function drawBadge(node) {
  const { link, replay } = store.state;
  const up = store.online && (replay !== undefined || link.mode === 'http' || link.connections > 0);
  const mode =
    replay !== undefined
      ? 'a recording'
      : link.mode === 'http'
        ? 'HTTP'
        : `Socket Mode, ${link.connections} ${link.connections === 1 ? 'connection' : 'connections'}`;
  const text = store.online ? mode : 'the sandbox server is gone';
  patchList(node, [
    piece('badge', [up, text], () =>
      h(
        'span',
        { class: 'badge', title: 'A stand-in for Slack on this computer. Nothing here reaches slack.com.' },
        h('strong', {}, 'Sandbox'),
        h('span', { class: 'badge-more' }, 'not Slack'),
        h('span', { class: `dot ${up ? 'up' : 'down'}`, 'aria-hidden': 'true' }),
        h('span', { class: 'link-state', role: 'status' }, text),
      ),
    ),
  ]);
}

/** Changes who acts, for this browser tab and the next ones. @param {string} user */
export function actAs(user) {
  store.user = user;
  localStorage.setItem('acting-as', user);
  changed();
}
