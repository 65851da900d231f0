import { get, listen, post } from './api.js';
import { Composer } from './composer.js';
import { drawHead } from './head.js';
import { HomeTab } from './home.js';
import { icon } from './icons.js';
import { MessageList } from './message-list.js';
import { drawModal, setStack } from './modal.js';
import { drawReplay } from './replay.js';
import { actAs, drawBadge, drawSidebar } from './sidebar.js';
import { changed, channelById, goTo, onChange, readHash, refresh, store } from './store.js';

const $ = (id) => document.getElementById(id);

const channelList = new MessageList('Messages of the channel');
const threadList = new MessageList('Messages of the thread');
const channelComposer = new Composer('channel');
const threadComposer = new Composer('thread');
const home = new HomeTab();

$('channel-body').append(channelList.node, channelComposer.node, home.node);
$('thread-body').append(threadList.node, threadComposer.node);
$('thread-close').append(icon('close'));
$('thread-close').addEventListener('click', () => goTo({ thread: null }));
$('open-drawer').append(icon('menu'));
$('open-drawer').addEventListener('click', () => document.body.classList.add('drawer-open'));
$('drawer-shade').addEventListener('click', () => document.body.classList.remove('drawer-open'));

let homeOf = '';

/** Tells the app once per visit and person that its Home is open, as Slack does. */
function visitHome() {
  const visit = store.place.tab === 'home' ? store.user : '';
  if (visit !== '' && visit !== homeOf) void post('home', { user: visit });
  homeOf = visit;
}

function draw() {
  if (store.state === null) return;
  const { place } = store;
  const channel = channelById(place.channel);
  const atHome = place.tab === 'home';
  const thread = atHome ? null : place.thread;
  document.title = `${atHome ? store.state.bot.name : `#${channel?.name ?? ''}`} · ${store.state.team.name} (sandbox)`;
  document.body.classList.toggle('has-thread', thread !== null && channel !== undefined);
  drawBadge($('badge'));
  drawReplay($('replay'));
  drawSidebar($('sidebar'), switchUser);
  drawHead($('channel-head'), channel);
  home.node.hidden = !atHome;
  channelList.node.hidden = atHome;
  channelComposer.node.hidden = atHome;
  $('thread').hidden = thread === null || channel === undefined;
  if (atHome) home.draw();
  else if (channel !== undefined) {
    channelList.draw(channel, null);
    channelComposer.show(channel, null);
    if (thread !== null) drawThread(channel, thread);
  }
  visitHome();
  drawModal();
}

/** @param {any} channel @param {string} thread */
function drawThread(channel, thread) {
  $('thread-channel').textContent = `#${channel.name}`;
  threadList.draw(channel, thread);
  threadComposer.show(channel, thread);
  for (const node of document.querySelectorAll('.pane-channel .message.in-thread'))
    node.classList.remove('in-thread');
  document.querySelector(`.pane-channel [data-ts="${CSS.escape(thread)}"]`)?.classList.add('in-thread');
}

/** @param {string} user */
async function switchUser(user) {
  setStack([]);
  actAs(user);
  await Promise.all([refresh(), loadViews()]);
}

async function loadViews() {
  const { user } = store;
  if (user === '') return;
  const { stack } = await get(`views?user=${encodeURIComponent(user)}`);
  if (user === store.user) setStack(stack);
}

onChange(draw);
readHash();
addEventListener('hashchange', () => {
  readHash();
  changed();
});
addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]') !== null)
    return;
  if (document.body.classList.contains('drawer-open')) document.body.classList.remove('drawer-open');
  else if (store.place.thread !== null) goTo({ thread: null });
});
listen({
  change: () => refresh(),
  view: ({ user, stack }) => {
    if (user === store.user) setStack(stack);
  },
  link: (up) => {
    store.online = up;
    if (up) void Promise.all([refresh(), loadViews()]);
    else changed();
  },
});
await refresh();
await loadViews();
document.body.dataset.ready = 'true';
