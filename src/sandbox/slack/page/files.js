import { h, safeUrl } from './dom.js';

/** Names of files that are surely no images. A file without such a name is tried as one. */
const DOCUMENT = /\.(?:csv|gz|html?|json|log|md|pdf|sql|tsv|txt|xml|ya?ml|zip)$/i;

/** The files of a message: images as a preview, anything else as a card with its name. @param {any} message */
export function files(message) {
  if (!message.files?.length) return null;
  return h('div', { class: 'files' }, message.files.map(file));
}

/** @param {any} source */
function file(source) {
  const url = safeUrl(source.url ?? source.url_private ?? `/files/${source.id}`);
  const title = source.title || source.name || source.id;
  if (url === null) return h('div', { class: 'file-card' }, title);
  const named = [title, source.name, url].some((text) => DOCUMENT.test(text ?? ''));
  const shown = source.mimetype?.startsWith('image/') ?? !named;
  const name = source.name ?? title;
  if (!shown) return card(title, name, url);
  const image = h('img', { src: url, alt: source.alt_txt || title, class: 'file-image' });
  const figure = h(
    'figure',
    { class: 'file' },
    h('figcaption', {}, title),
    h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, image),
  );
  image.addEventListener('error', () => figure.replaceWith(card(title, name, url)), { once: true });
  return figure;
}

/** Kinds of files by the ending of their names; another one is told by its ending. */
const KINDS = { csv: 'CSV', json: 'JSON', md: 'Markdown', pdf: 'PDF', sql: 'SQL', txt: 'Plain text' };

/** @param {string} title @param {string} name @param {string} url */
function card(title, name, url) {
  const ending = /\.(\w{1,5})$/.exec(name)?.[1]?.toLowerCase();
  const mark = ending?.toUpperCase() ?? '…';
  return h(
    'a',
    { class: 'file-card', href: url, target: '_blank', rel: 'noopener noreferrer' },
    h('span', { class: 'file-mark', 'aria-hidden': 'true' }, mark.slice(0, 4)),
    h(
      'span',
      {},
      h('strong', {}, title),
      h('span', { class: 'choice-note' }, KINDS[ending] ?? (ending ? mark : 'Binary')),
    ),
  );
}
