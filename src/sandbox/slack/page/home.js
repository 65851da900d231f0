import { avatar } from './avatar.js';
import { blockItems } from './blocks.js';
import { h, patchList } from './dom.js';
import { store } from './store.js';
import { viewSurface } from './view-surface.js';

/** The tab of the app: what it published for the acting person. */
export class HomeTab {
  constructor() {
    this.body = h('div', { class: 'home-blocks' });
    this.head = h('div', { class: 'home-head' });
    this.node = h('div', { class: 'scroller home', hidden: true }, this.body);
  }

  draw() {
    const view = store.state.homes[store.user] ?? null;
    const { bot } = store.state;
    if (view !== null) {
      const key = `${store.user} `;
      const items = blockItems(
        view.blocks ?? [],
        viewSurface(view, 'home', () => this.body),
      );
      patchList(
        this.body,
        items.map((item) => ({ ...item, key: key + item.key })),
      );
      return;
    }
    const empty = () =>
      h(
        'div',
        { class: 'home-empty' },
        avatar(bot.userId),
        h('p', {}, `${bot.name} has not published its Home for this person yet.`),
      );
    patchList(this.body, [{ key: 'empty', sign: bot.name, make: empty }]);
  }
}
