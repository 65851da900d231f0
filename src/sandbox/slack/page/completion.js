import { store } from './store.js';

/**
 * `typed` is the part of the text that `insert` replaces.
 * @typedef {{ label: string, hint: string, typed: string, insert: string }} Suggestion
 */

/** What could complete the text before the caret: a slash command, a person or a channel. @param {string} before @param {'channel' | 'thread'} pane @returns {Suggestion[]} */
export function suggestionsFor(before, pane) {
  if (/^\/\S*$/.test(before)) return pane === 'channel' ? commands(before) : [];
  const [, mark, word] = /(?:^|\s)([@#])([\w.-]*)$/.exec(before) ?? [];
  if (mark === undefined) return [];
  const typed = mark + word;
  return names(mark)
    .filter(({ label }) => label.toLowerCase().includes(word.toLowerCase()))
    .slice(0, 8)
    .map(({ label, hint }) => ({ label: mark + label, hint, typed, insert: `${mark}${label} ` }));
}

/** @param {string} typed @returns {Suggestion[]} */
function commands(typed) {
  return store.state.commands
    .filter(({ command }) => command.startsWith(typed))
    .map(({ command, description, usage_hint: usage }) => ({
      label: command,
      hint: [usage, description].filter(Boolean).join('  ·  '),
      typed,
      insert: `${command} `,
    }));
}

/** @param {string} mark */
function names(mark) {
  const { users, bot, channels } = store.state;
  if (mark === '#') return channels.map(({ name }) => ({ label: name, hint: '' }));
  const people = users
    .filter((user) => !user.is_bot)
    .map((user) => ({ label: user.real_name || user.name, hint: user.name }));
  return [{ label: bot.name, hint: 'App' }, ...people];
}
