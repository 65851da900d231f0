import { current } from './element-state.js';
import { plain } from './mrkdwn.js';
import { channelName, store, userName } from './store.js';

/** @typedef {{ value: string, label: string, note: string, raw: any }} Choice */
/** @typedef {{ label: string, choices: Choice[] }} Group */

/** What a select menu has selected now. @param {any} block @param {any} element @param {import('./element-state.js').Surface} surface @returns {Choice[]} */
export function selection(block, element, surface) {
  const now = current(block, element, surface);
  if (now === null || now === undefined) return [];
  return (Array.isArray(now) ? now : [now]).map(asChoice);
}

/** @param {any} raw An option object, or the id of a user or channel. @returns {Choice} */
function asChoice(raw) {
  if (typeof raw !== 'string')
    return { value: raw.value, label: plain(raw.text), note: plain(raw.description), raw };
  return { value: raw, label: /^[UW]/.test(raw) ? userName(raw) : `#${channelName(raw)}`, note: '', raw };
}

/** The options of an element or of an app's answer, by group. @param {any} source @returns {Group[]} */
export function groupsOf(source) {
  if (source?.option_groups) {
    return source.option_groups.map((group) => ({
      label: plain(group.label),
      choices: group.options.map(asChoice),
    }));
  }
  return [{ label: '', choices: (source?.options ?? []).map(asChoice) }];
}

/** The options that the page itself knows: the element's own, or people and channels. @param {any} element @returns {Group[]} */
export function knownGroups(element) {
  if (element.options || element.option_groups) return groupsOf(element);
  const people = store.state.users.filter((user) => !user.is_bot);
  const source = element.type.endsWith('users_select') ? people : store.state.channels;
  return groupsOf({ options: source.map(({ id }) => id) });
}
