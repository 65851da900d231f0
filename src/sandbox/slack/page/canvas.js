import { h } from './dom.js';
import { markdown } from './markdown.js';

/** Draws the canvas that the address names: /docs/<team>/<canvas>. */
const id = location.pathname.split('/').at(-1) ?? '';
const shown = document.querySelector('main.canvas');
const answer = await fetch(`/files/${encodeURIComponent(id)}`);
shown?.replaceChildren(
  answer.ok ? markdown(await answer.text()) : h('p', {}, `There is no canvas ${id} in this workspace.`),
);
document.body.dataset.ready = '';
