import { asText } from './render.ts';

export type NavigationGroup = readonly {
  readonly label: string;
  readonly address: string;
  readonly isHere: boolean;
}[];

interface Page {
  readonly title: string;
  /** HTML. */
  readonly body: string;
  readonly navigation: readonly NavigationGroup[];
  /** The way from this page to the folder of the site. */
  readonly root: string;
}

/** A whole page. It needs no script, and nothing from anywhere else. */
export function layOut({ title, body, navigation, root }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${asText(title === 'Firebreak' ? title : `${title} · Firebreak`)}</title>
<link rel="stylesheet" href="${root}/style.css">
</head>
<body>
<header><a href="${root}/index.html">Firebreak</a> <a class="to-contents" href="#contents">Contents</a></header>
<main>
${body}</main>
<nav id="contents" aria-label="Documentation">
${navigation.map(groupOf).join('\n')}
</nav>
</body>
</html>
`;
}

function groupOf(links: NavigationGroup): string {
  const items = links.map(
    ({ label, address, isHere }) =>
      `<li><a href="${asText(address)}"${isHere ? ' aria-current="page"' : ''}>${asText(label)}</a></li>`,
  );
  return `<ul>${items.join('')}</ul>`;
}

/** Beside each other on a wide screen; on a phone the contents come after the page. */
export const STYLE = `:root { color-scheme: light dark; --line: light-dark(#d8dde3, #3a4149); --soft: light-dark(#f4f6f8, #1b2026); --link: light-dark(#0b57a4, #7db7f5); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 78rem; padding: 0 1rem 4rem; font: 16px/1.6 system-ui, sans-serif; background: light-dark(#fff, #12161a); color: light-dark(#1d2329, #d9dee4); }
header { display: flex; gap: 1rem; justify-content: space-between; padding: .8rem 0; border-bottom: 1px solid var(--line); font-weight: 600; }
a { color: var(--link); }
main { min-width: 0; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; scroll-margin-top: 1rem; }
h2 { margin-top: 2.2em; padding-bottom: .2em; border-bottom: 1px solid var(--line); }
img { max-width: 100%; height: auto; }
code { font: .875em/1.5 ui-monospace, monospace; background: var(--soft); padding: .1em .3em; border-radius: 4px; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto; }
pre code { background: none; padding: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .94em; }
th, td { border: 1px solid var(--line); padding: .4em .7em; text-align: left; vertical-align: top; }
th { background: var(--soft); }
nav { border-top: 1px solid var(--line); margin-top: 3rem; font-size: .94em; }
nav ul { list-style: none; margin: 1rem 0; padding: 0; }
nav a { display: block; padding: .25em 0; text-decoration: none; }
nav a[aria-current] { font-weight: 600; color: inherit; }
@media (min-width: 60rem) {
  body { display: grid; grid-template-columns: 15rem minmax(0, 1fr); column-gap: 2.5rem; }
  header { grid-column: 1 / -1; }
  .to-contents { display: none; }
  nav { grid-column: 1; grid-row: 2; border: 0; margin: 0; align-self: start; position: sticky; top: 0; max-height: 100vh; overflow-y: auto; }
  main { grid-column: 2; grid-row: 2; }
}
`;
