import { groupsOf, knownGroups, selection } from './choices.js';
import { h } from './dom.js';
import { choose, nodeNow } from './element-base.js';
import { icon } from './icons.js';
import { plain } from './mrkdwn.js';
import { openPopover } from './popover.js';

/** @typedef {import('./element-state.js').Surface} Surface */
/** @typedef {import('./choices.js').Choice} Choice */

let lists = 0;

/** The open list of a select menu: a search field above its options, driven by mouse or arrow keys. */
export class OptionList {
  /** @param {any} block @param {any} element @param {Surface} surface */
  constructor(block, element, surface) {
    lists += 1;
    this.id = `list-${lists}`;
    this.block = block;
    this.element = element;
    this.surface = surface;
    this.many = element.type.startsWith('multi_');
    this.external = element.type.includes('external');
    this.before = selection(block, element, surface);
    /** @type {Map<string, Choice>} */
    this.picked = new Map(this.before.map((choice) => [choice.value, choice]));
    /** @type {Choice[]} */
    this.shown = [];
    this.active = 0;
    this.asked = 0;
    const name = plain(block.label) || plain(element.placeholder) || 'Options';
    this.list = h('div', {
      class: 'option-list',
      role: 'listbox',
      id: this.id,
      'aria-multiselectable': this.many,
      'aria-label': name,
    });
    this.search = h('input', {
      class: 'option-search',
      type: 'text',
      role: 'combobox',
      'aria-expanded': 'true',
      'aria-controls': this.id,
      'aria-label': `Search: ${name}`,
      placeholder: 'Search',
      autocomplete: 'off',
      oninput: () => this.fill(),
      onkeydown: (event) => this.key(event),
    });
  }

  /** Shows the list at its element. */
  open() {
    const anchor = () => nodeNow(this.block, this.element, this.surface);
    const panel = h('div', { class: 'select-panel' }, this.search, this.list);
    this.popover = openPopover(anchor, panel, { focus: this.search, onclose: () => this.closed() });
    anchor()?.setAttribute('aria-expanded', 'true');
    void this.fill();
  }

  /** An input of a modal takes each choice at once; elsewhere the app hears of it when the list closes. */
  get immediate() {
    return this.surface.surface !== 'message' && this.block.type === 'input';
  }

  closed() {
    nodeNow(this.block, this.element, this.surface)?.setAttribute('aria-expanded', 'false');
    const same =
      this.before.length === this.picked.size && this.before.every((choice) => this.picked.has(choice.value));
    if (this.many && !this.immediate && !same) void this.send();
  }

  send() {
    const values = [...this.picked.values()].map((choice) => choice.raw);
    return choose(this.block, this.element, this.surface, this.many ? values : (values[0] ?? null));
  }

  /** @param {Choice} choice */
  pick(choice) {
    if (this.many) return this.toggle(choice);
    this.picked = new Map([[choice.value, choice]]);
    this.popover.close();
    void this.send();
  }

  /** @param {Choice} choice */
  toggle(choice) {
    const limit = this.element.max_selected_items ?? Number.POSITIVE_INFINITY;
    if (this.picked.has(choice.value)) this.picked.delete(choice.value);
    else if (this.picked.size < limit) this.picked.set(choice.value, choice);
    this.active = this.shown.indexOf(choice);
    this.mark();
    if (this.immediate) void this.send();
    this.search.focus();
    this.popover.place();
  }

  /** Asks for the options that fit the search; only the answer to the last question is drawn. */
  async fill() {
    const query = this.search.value;
    this.asked += 1;
    const turn = this.asked;
    if (!this.external) return this.draw(knownGroups(this.element), query);
    this.shown = [];
    if (query.length < (this.element.min_query_length ?? 3)) return this.say('Type to search…');
    this.say('Loading…');
    const answer = await this.surface.options(this.block, this.element, query);
    if (turn === this.asked) this.draw(groupsOf(answer), '');
  }

  /** @param {string} text */
  say(text) {
    this.list.replaceChildren(h('div', { class: 'option-none' }, text));
    this.popover.place();
  }

  /** @param {import('./choices.js').Group[]} groups @param {string} query */
  draw(groups, query) {
    const wanted = (choice) => choice.label.toLowerCase().includes(query.toLowerCase());
    const parts = groups.map((group) => ({ ...group, choices: group.choices.filter(wanted) }));
    this.shown = parts.flatMap((group) => group.choices);
    this.active = Math.max(
      0,
      this.shown.findIndex((choice) => this.picked.has(choice.value)),
    );
    if (this.shown.length === 0) return this.say('No results');
    this.list.replaceChildren(
      ...parts.filter((group) => group.choices.length > 0).map((group) => this.group(group)),
    );
    this.mark();
    this.popover.place();
  }

  /** @param {import('./choices.js').Group} group */
  group(group) {
    const title = group.label && h('div', { class: 'option-group' }, group.label);
    const rows = group.choices.map((choice) => this.row(choice, this.shown.indexOf(choice)));
    return h('div', { role: 'group', 'aria-label': group.label || null }, title, rows);
  }

  /** @param {Choice} choice @param {number} index */
  row(choice, index) {
    const hover = () => {
      if (this.active === index) return;
      this.active = index;
      this.mark();
    };
    return h(
      'div',
      {
        role: 'option',
        id: `${this.id}-${index}`,
        class: 'option',
        'data-value': choice.value,
        onclick: () => this.pick(choice),
        onpointermove: hover,
      },
      this.many && h('span', { class: 'tick' }, icon('check')),
      h(
        'span',
        { class: 'option-text' },
        choice.label,
        choice.note && h('span', { class: 'choice-note' }, choice.note),
      ),
    );
  }

  /** Brings selection and active row onto the options. */
  mark() {
    for (const [index, row] of [...this.list.querySelectorAll('[role=option]')].entries()) {
      row.setAttribute('aria-selected', String(this.picked.has(row.dataset.value)));
      row.classList.toggle('active', index === this.active);
      if (index !== this.active) continue;
      this.search.setAttribute('aria-activedescendant', row.id);
      row.scrollIntoView({ block: 'nearest' });
    }
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === 'Tab') this.popover.close();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && this.shown.length > 0) {
      event.preventDefault();
      this.active = (this.active + step + this.shown.length) % this.shown.length;
      this.mark();
    }
    if (event.key !== 'Enter') return;
    event.preventDefault();
    const choice = this.shown[this.active];
    if (choice !== undefined) this.pick(choice);
  }
}
