import { post } from './api.js';
import { suggestionsFor } from './completion.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { closePopover, openMenu, openPopover } from './popover.js';
import { store } from './store.js';

/** Writes a typed text as Slack sends it: escaped, with the names of people and channels as references. @param {string} text */
function encode(text) {
  let result = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const people = store.state.users.flatMap((user) => [
    [user.real_name, user.id],
    [user.name, user.id],
  ]);
  const { bot, channels } = store.state;
  const names = [...people, [bot.name, bot.userId]]
    .filter(([name]) => name)
    .sort(([a], [b]) => b.length - a.length);
  for (const [name, id] of names) result = result.replaceAll(`@${name}`, `<@${id}>`);
  for (const channel of channels)
    result = result.replace(
      new RegExp(`#${channel.name.replace(/\W/g, '\\$&')}(?![\\w-])`, 'g'),
      `<#${channel.id}>`,
    );
  return result.replace(/(^|\s)@(here|channel)\b/g, '$1<!$2>');
}

/** The box where a person writes messages and slash commands. It is made once and never drawn anew. */
export class Composer {
  /** @param {'channel' | 'thread'} pane */
  constructor(pane) {
    this.pane = pane;
    /** @type {Map<string, string>} */
    this.drafts = new Map();
    this.place = '';
    this.field = h('textarea', {
      rows: '1',
      'data-composer': pane,
      oninput: () => this.typed(),
      onkeydown: (event) => this.key(event),
      onblur: () => setTimeout(() => this.complete([]), 150),
    });
    this.notice = h('div', { class: 'notice', role: 'status', 'aria-live': 'polite' });
    this.sendButton = h(
      'button',
      { type: 'button', class: 'send', 'aria-label': 'Send', disabled: true, onclick: () => this.send() },
      icon('send'),
    );
    this.plus = h(
      'button',
      {
        type: 'button',
        class: 'icon-button',
        'aria-label': 'Shortcuts',
        title: 'Shortcuts',
        'aria-haspopup': 'menu',
        onclick: () => this.shortcuts(),
      },
      icon('bolt'),
    );
    const slash = h(
      'button',
      {
        type: 'button',
        class: 'icon-button slash',
        'aria-label': 'Commands',
        title: 'Commands',
        onclick: () => this.insert('/'),
      },
      '/',
    );
    const box = h(
      'div',
      { class: 'composer-box' },
      this.field,
      h('div', { class: 'composer-bar' }, pane === 'channel' && [this.plus, slash], this.sendButton),
    );
    this.node = h('div', { class: 'composer' }, this.notice, box);
    /** @type {{ label: string, hint: string, apply: () => void }[]} */
    this.suggestions = [];
    this.active = 0;
  }

  /** Shows the draft of a place. @param {{ id: string, name: string }} channel @param {string | null} thread */
  show(channel, thread) {
    const place = `${channel.id}/${thread ?? ''}`;
    const label = this.pane === 'thread' ? 'Reply…' : `Message #${channel.name}`;
    this.field.placeholder = label;
    this.field.setAttribute('aria-label', label);
    this.channel = channel.id;
    this.thread = thread;
    this.plus.hidden = !store.state.shortcuts.some((shortcut) => shortcut.type === 'global');
    if (place === this.place) return;
    this.drafts.set(this.place, this.field.value);
    this.place = place;
    this.field.value = this.drafts.get(place) ?? '';
    this.notice.textContent = '';
    this.fit();
  }

  /** @param {string} text */
  insert(text) {
    this.field.value = text;
    this.field.focus();
    this.typed();
  }

  typed() {
    this.fit();
    this.complete(suggestionsFor(this.field.value.slice(0, this.field.selectionStart), this.pane));
  }

  fit() {
    this.sendButton.disabled = this.field.value.trim() === '';
    this.field.style.height = 'auto';
    this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
  }

  /** @param {import('./completion.js').Suggestion[]} suggestions */
  complete(suggestions) {
    if (this.suggestions.length > 0 || suggestions.length > 0) closePopover();
    this.suggestions = suggestions;
    this.active = 0;
    if (suggestions.length === 0) return;
    this.rows = suggestions.map((suggestion, index) =>
      h(
        'div',
        { class: 'option', role: 'option', onpointerdown: (event) => this.take(event, index) },
        h(
          'span',
          { class: 'option-text' },
          h('strong', {}, suggestion.label),
          suggestion.hint && h('span', { class: 'choice-note' }, suggestion.hint),
        ),
      ),
    );
    const list = h(
      'div',
      { class: 'option-list suggestions', role: 'listbox', 'aria-label': 'Suggestions' },
      this.rows,
    );
    openPopover(() => this.node.querySelector('.composer-box'), list, {
      above: true,
      keepFocus: true,
      onclose: () => (this.suggestions = []),
    });
    this.markActive();
  }

  markActive() {
    for (const [index, row] of this.rows.entries()) {
      row.classList.toggle('active', index === this.active);
      row.setAttribute('aria-selected', String(index === this.active));
    }
  }

  /** @param {Event} event @param {number} index */
  take(event, index) {
    event.preventDefault();
    const suggestion = this.suggestions[index];
    if (suggestion === undefined) return;
    const caret = this.field.selectionStart;
    const before = this.field.value.slice(0, caret - suggestion.typed.length) + suggestion.insert;
    this.field.value = before + this.field.value.slice(caret);
    this.field.setSelectionRange(before.length, before.length);
    this.complete([]);
    this.field.focus();
    this.fit();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing) return;
    if (this.suggestions.length > 0) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== undefined) {
        event.preventDefault();
        this.active = (this.active + step + this.suggestions.length) % this.suggestions.length;
        this.markActive();
        return;
      }
      const complete =
        this.field.value.slice(0, this.field.selectionStart) === this.suggestions[this.active].label;
      if (event.key === 'Tab' || (event.key === 'Enter' && !complete)) return this.take(event, this.active);
    }
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    void this.send();
  }

  async send() {
    const text = this.field.value.trim();
    if (text === '') return;
    this.complete([]);
    const { user } = store;
    const { channel, thread } = this;
    this.field.value = '';
    this.notice.textContent = '';
    this.fit();
    const problem = text.startsWith('/')
      ? await this.command(user, channel, thread, text)
      : await this.message(user, channel, thread, text);
    if (problem === null) return;
    this.notice.replaceChildren(
      icon('eye'),
      h('span', {}, h('strong', {}, 'Only visible to you'), ` ${problem}`),
    );
    if (this.field.value === '') this.insert(text);
  }

  /** @param {string} user @param {string} channel @param {string | null} thread @param {string} text @returns {Promise<string | null>} */
  async command(user, channel, thread, text) {
    const [, command, rest] = /^(\/\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    if (!store.state.commands.some((known) => known.command === command))
      return `${command ?? text} is not a valid command.`;
    if (thread !== null) return `${command} is not supported in threads. Sorry!`;
    const { verdict, error } = await post('command', { user, channel, command, text: rest });
    if (error !== undefined) return error;
    if (verdict === 'acked') return null;
    return `${command} failed with the error "${verdict === 'timeout' ? 'operation_timeout' : 'dispatch_failed'}".`;
  }

  /** @param {string} user @param {string} channel @param {string | null} thread @param {string} text @returns {Promise<string | null>} */
  async message(user, channel, thread, text) {
    const { ok, error } = await post('message', {
      user,
      channel,
      text: encode(text),
      ...(thread === null ? {} : { thread_ts: thread }),
    });
    return ok ? null : (error ?? 'The message was not sent.');
  }

  shortcuts() {
    const global = store.state.shortcuts.filter((shortcut) => shortcut.type === 'global');
    const run = (callback) => post('shortcut', { user: store.user, callback_id: callback });
    const choices = global.map(({ name, callback_id: callback }) => ({
      label: name,
      choose: () => run(callback),
      props: { 'data-callback-id': callback },
    }));
    openMenu(() => this.plus, 'Shortcuts', choices, { above: true });
  }
}
