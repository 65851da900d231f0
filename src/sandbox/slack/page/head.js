import { avatar } from './avatar.js';
import { h, patchList } from './dom.js';
import { icon } from './icons.js';
import { directChannel, goTo, isDirect, store } from './store.js';

/** Draws the head of the left pane: the channel and its members, or the app and its tabs. @param {HTMLElement} node @param {any} channel */
export function drawHead(node, channel) {
  const app = store.place.tab === 'home' || (channel !== undefined && isDirect(channel));
  const sign = [
    store.state.bot.name,
    store.place.tab,
    store.user,
    directChannel()?.id,
    channel?.name,
    channel?.members,
  ];
  patchList(node, [
    { key: 'head', sign: JSON.stringify(sign), make: () => (app ? appHead() : channelHead(channel)) },
  ]);
}

/** @param {any} channel */
function channelHead(channel) {
  const members = channel?.members ?? [];
  const faces = members.slice(0, 3).map((id) => avatar(id, 'tiny'));
  return h(
    'div',
    { class: 'head-line' },
    icon('hash'),
    h('h1', {}, channel?.name ?? 'no channel'),
    h(
      'span',
      { class: 'members', role: 'img', 'aria-label': `${members.length} members` },
      faces,
      members.length,
    ),
  );
}

function appHead() {
  const { bot } = store.state;
  const direct = directChannel();
  const tab = (label, here, open) =>
    h('button', { type: 'button', class: 'tab', 'aria-current': here ? 'page' : null, onclick: open }, label);
  const home = store.place.tab === 'home';
  return h(
    'div',
    { class: 'head-line' },
    avatar(bot.userId, 'tiny'),
    h('h1', {}, bot.name),
    h('span', { class: 'app-badge' }, 'APP'),
    h(
      'nav',
      { class: 'tabs', 'aria-label': `Tabs of ${bot.name}` },
      tab('Home', home, () => goTo({ tab: 'home', thread: null })),
      direct && tab('Messages', !home, () => goTo({ tab: 'channel', channel: direct.id, thread: null })),
    ),
  );
}
