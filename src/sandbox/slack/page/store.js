import { get } from './api.js';

/**
 * What the page shows: the server's state and the place where the acting person is looking.
 *
 * @typedef {{ channel: string, thread: string | null, tab: 'channel' | 'home' }} Place
 */
export const store = {
  /** @type {any} The last answer of GET /_sandbox/state. */
  state: null,
  /** Id of the person in whose name clicks are made. */
  user: '',
  /** @type {Place} */
  place: { channel: '', thread: null, tab: 'channel' },
  /** Whether the event stream is open. */
  online: true,
  /** Follows the newest thread until the person chooses one. */
  follow: new URLSearchParams(location.search).get('follow') === '1',
};

const listeners = new Set();

/** @param {() => void} listener Called after every change, to draw the page anew. */
export function onChange(listener) {
  listeners.add(listener);
}

/** Draws the page anew. A fault in drawing is reported to the console and does not stop the next update. */
export function changed() {
  for (const listener of listeners) {
    try {
      listener();
    } catch (error) {
      reportError(error);
    }
  }
}

let loading = false;
let stale = false;

/** Fetches the state; calls that arrive meanwhile are merged into one more fetch. */
export async function refresh() {
  stale = true;
  if (loading) return;
  loading = true;
  while (stale) {
    stale = false;
    await fetchState();
  }
  loading = false;
}

/** Takes over the state, or notes that the server is gone; the event stream asks again when it is back. */
async function fetchState() {
  const asked = store.user;
  try {
    store.state = await get(asked === '' ? 'state' : `state?user=${encodeURIComponent(asked)}`);
  } catch {
    store.online = false;
    changed();
    return;
  }
  chooseDefaults();
  if (asked !== store.user) stale = true;
  changed();
}

function chooseDefaults() {
  const people = store.state.users.filter((user) => !user.is_bot);
  if (!people.some((user) => user.id === store.user)) store.user = rememberedUser(people);
  const { channels } = store.state;
  if (!channels.some((channel) => channel.id === store.place.channel)) {
    store.place.channel = channels.find((channel) => !isDirect(channel))?.id ?? '';
  }
  if (store.follow) followNewest();
}

/** @param {{ id: string }[]} people */
function rememberedUser(people) {
  const asked = new URLSearchParams(location.search).get('user') ?? localStorage.getItem('acting-as');
  return people.find((user) => user.id === asked)?.id ?? people[0]?.id ?? '';
}

/** Opens the newest message that heads a thread or carries blocks of the bot. */
function followNewest() {
  /** @type {{ channel: string, ts: string } | null} */
  let newest = null;
  for (const channel of store.state.channels) {
    for (const message of channel.messages) {
      const parent =
        message.thread_ts !== undefined && message.thread_ts !== message.ts ? message.thread_ts : null;
      if (parent !== null && (newest === null || parent > newest.ts))
        newest = { channel: channel.id, ts: parent };
    }
  }
  if (newest !== null) store.place = { channel: newest.channel, thread: newest.ts, tab: 'channel' };
}

/** Goes to the place that the address names (`#C123` or `#C123/1700000000.000100` or `#home`). */
export function readHash() {
  const [channel, thread] = decodeURIComponent(location.hash.slice(1)).split('/');
  if (channel === '') return;
  store.follow = false;
  if (channel === 'home') store.place = { ...store.place, tab: 'home', thread: null };
  else store.place = { channel, thread: thread || null, tab: 'channel' };
}

/** Goes to a place and puts it into the address. @param {Partial<Place>} to */
export function goTo(to) {
  store.follow = false;
  store.place = { ...store.place, ...to };
  const { channel, thread, tab } = store.place;
  const hash = tab === 'home' ? '#home' : `#${channel}${thread === null ? '' : `/${thread}`}`;
  if (hash === location.hash) changed();
  else location.hash = hash;
}

/** @param {string} id */
export const userById = (id) => store.state?.users.find((user) => user.id === id);

/** @param {string} id */
export const channelById = (id) => store.state?.channels.find((channel) => channel.id === id);

/** The name that Slack shows for a user, or the id when it is unknown. @param {string} id */
export function userName(id) {
  const user = userById(id);
  if (user === undefined) return id === store.state?.bot.userId ? store.state.bot.name : id;
  return user.real_name || user.name;
}

/** Whether a channel is the conversation of one person with the app. @param {{ id: string }} channel */
export const isDirect = (channel) => channel.id.startsWith('D');

/** The acting person's conversation with the app, if there is one. */
export const directChannel = () =>
  store.state.channels.find((channel) => isDirect(channel) && channel.members.includes(store.user));

/** @param {string} id */
export const channelName = (id) => channelById(id)?.name ?? id;
