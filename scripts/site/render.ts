import { Marked } from 'marked';
import { anchors } from './anchors.ts';

/** The heading of a page, as plain text. */
export function titleOf(markdown: string): string {
  const [, heading = ''] = /^# (.+)$/m.exec(markdown) ?? [];
  return heading.replaceAll('`', '');
}

/** A page as HTML: headings have the anchors that they have on GitHub, and `lead` says where each link leads in the site. */
export function render(markdown: string, lead: (link: string) => string): string {
  const nextAnchor = anchors();
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${nextAnchor(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
    },
  });
  return marked
    .parse(markdown, { async: false })
    .replaceAll(/ (href|src|srcset)="([^"]+)"/g, (_all, name, link) => ` ${name}="${lead(link)}"`)
    .replaceAll('<table>', '<div class="wide"><table>')
    .replaceAll('</table>', '</table></div>');
}

/** A file that is no page, as it is. */
export const renderSource = (file: string, text: string) =>
  `<h1><code>${asText(file)}</code></h1>\n<pre><code>${asText(text)}</code></pre>\n`;

/** What is in a folder. */
export function renderListing(folder: string, entries: readonly { name: string; address: string }[]): string {
  const items = entries.map(
    ({ name, address }) => `<li><a href="${asText(address)}">${asText(name)}</a></li>`,
  );
  return `<h1><code>${asText(folder)}</code></h1>\n<ul>\n${items.join('\n')}\n</ul>\n`;
}

export function asText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
