/** Line icons drawn for this page, each on a grid of 20 by 20. */
const PATHS = {
  hash: 'M8 3 6 17M14 3l-2 14M3.5 7.5h14M2.5 12.5h14',
  caret: 'm6 8 4 4 4-4',
  close: 'm5 5 10 10M15 5 5 15',
  back: 'M12 4 6 10l6 6',
  menu: 'M3 5h14M3 10h14M3 15h14',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  reply:
    'M4 4h12a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 16 14H9l-4 3.5V14H4a1.5 1.5 0 0 1-1.5-1.5v-7A1.5 1.5 0 0 1 4 4Z',
  send: 'M3 3.5 17.5 10 3 16.5 5 10Zm2 6.5h6',
  eye: 'M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10Zm8-2.200a2.200 2.200 0 1 0 0 4.400 2.200 2.200 0 0 0 0-4.400Z',
  warning: 'M10 3 18 17H2Zm0 5v4m0 2.300v.01',
  calendar: 'M3.5 5h13v12h-13Zm0 4h13M7 3v4m6-4v4',
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Zm4 9.5 4 4',
  home: 'm3 9 7-6 7 6v8h-5v-5H8v5H3Z',
  plus: 'M10 4v12M4 10h12',
  check: 'm4.5 10.5 4 4 7-9',
  lock: 'M5.5 9h9v8h-9Zm1.5 0V6.5a3 3 0 0 1 6 0V9',
  bolt: 'M11 2 4 11.5h5L8.5 18 16 8h-5.5Z',
};

/** @param {string} tag */
const svg = (tag) => document.createElementNS('http://www.w3.org/2000/svg', tag);

/**
 * Draws an icon that assistive technology ignores; name the control that holds it.
 *
 * @param {keyof typeof PATHS} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const root = svg('svg');
  root.setAttribute('viewBox', '0 0 20 20');
  root.setAttribute('class', `icon icon-${name}`);
  root.setAttribute('aria-hidden', 'true');
  const path = svg('path');
  path.setAttribute('d', PATHS[name]);
  root.appendChild(path);
  return root;
}

/** The picture of the bot: a flame in front of a cleared strip. @returns {SVGElement} */
export function botPicture() {
  const root = svg('svg');
  root.setAttribute('viewBox', '0 0 36 36');
  root.setAttribute('class', 'bot-picture');
  root.setAttribute('aria-hidden', 'true');
  for (const [d, fill] of [
    ['M0 0h36v36H0Z', '#26303b'],
    [
      'M18.5 5c1.5 4.5 7.5 7 7.5 14a8 8 0 0 1-16 0c0-3 1.300-5.300 3-7 .3 2 1 3.200 2.300 4C15 12 16 8 18.5 5Z',
      '#f2582a',
    ],
    [
      'M18.300 15.5c.8 2.300 3.700 3.600 3.700 7a4 4 0 0 1-8 0c0-1.800.8-3 1.900-4 .2 1 .5 1.600 1.200 2-.1-1.900.2-3.5 1.200-5Z',
      '#ffc53d',
    ],
    ['M5 28.5h26v2.5H5Z', '#f5f3ef'],
  ]) {
    const path = svg('path');
    path.setAttribute('d', d);
    path.setAttribute('fill', fill);
    root.appendChild(path);
  }
  return root;
}
