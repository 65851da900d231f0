import { post } from './api.js';
import { h, patchList } from './dom.js';
import { store } from './store.js';

const SPEEDS = [1, 4, 16];

/** Draws the bar of a recording: where it is, and how fast it goes. Nothing on a live page. @param {HTMLElement} node */
export function drawReplay(node) {
  const { replay } = store.state;
  node.hidden = replay === undefined;
  document.body.classList.toggle('is-replay', replay !== undefined);
  if (replay === undefined) return;
  const sign = [replay.position, replay.playing, replay.speed];
  patchList(node, [{ key: 'replay', sign: JSON.stringify(sign), make: () => bar(replay) }]);
}

/** @param {any} replay */
function bar(replay) {
  const wish = (body) => void post('replay', body);
  const time = new Date(replay.at).toLocaleTimeString();
  return h(
    'div',
    { class: 'replay', role: 'group', 'aria-label': 'Recording' },
    h(
      'button',
      {
        type: 'button',
        class: 'replay-play',
        'data-replay': 'play',
        onclick: () => wish({ playing: !replay.playing }),
      },
      replay.playing ? 'Pause' : replay.position >= replay.length ? 'Play again' : 'Play',
    ),
    h('input', {
      type: 'range',
      class: 'replay-time',
      'data-action-id': 'replay',
      'aria-label': 'Place in the recording',
      'aria-valuetext': time,
      min: 1,
      max: replay.length,
      value: replay.position,
      oninput: (event) => wish({ position: Number(event.target.value) }),
    }),
    h('span', { class: 'replay-clock' }, time),
    h(
      'span',
      { class: 'replay-speeds', role: 'group', 'aria-label': 'Speed' },
      SPEEDS.map((speed) =>
        h(
          'button',
          {
            type: 'button',
            class: 'replay-speed',
            'aria-pressed': String(speed === replay.speed),
            onclick: () => wish({ speed, playing: true }),
          },
          `${speed}×`,
        ),
      ),
    ),
  );
}
