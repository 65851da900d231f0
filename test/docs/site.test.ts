import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSite } from '../../scripts/site/build-site.ts';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';
import { PAGES } from './page.ts';

let directory: string;
let site: string;
let html: string[];

beforeAll(() => {
  directory = temporaryDirectory();
  site = join(directory, 'site');
  buildSite('.', site);
  html = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const read = (file: string) => readFileSync(join(site, file), 'utf8');

/** What a page of the site leads to within it: file and anchor. */
function leadsOf(file: string): { target: string; anchor: string | undefined }[] {
  const found = [...read(file).matchAll(/ (?:href|src|srcset)="([^"]+)"/g)].map(([, link = '']) => link);
  return found
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#');
      return { target: path === '' ? file : posix.join(posix.dirname(file), path), anchor };
    });
}

describe('the site', () => {
  test('every link, picture and anchor of it leads somewhere', () => {
    expect(html.length).toBeGreaterThan(PAGES.length);
    const broken = html.flatMap((file) =>
      leadsOf(file)
        .filter(
          ({ target, anchor }) =>
            !existsSync(join(site, target)) ||
            (anchor !== undefined && !read(target).includes(` id="${anchor}"`)),
        )
        .map((lead) => ({ file, ...lead })),
    );
    expect(broken).toEqual([]);
  });

  test('every page is reached from the first by links', () => {
    const reached = new Set(['index.html']);
    for (const file of reached)
      for (const { target } of leadsOf(file)) if (target.endsWith('.html')) reached.add(target);
    const wanted = PAGES.map((page) =>
      page === 'README.md' ? 'index.html' : page.replace(/\.md$/, '.html'),
    );
    expect(wanted.filter((page) => !reached.has(page))).toEqual([]);
  });

  test('a page has its text, its commands as they are typed, and the way to the others', () => {
    const page = read('docs/operating.html');
    expect(page).toContain('<title>Operating Firebreak · Firebreak</title>');
    expect(page).toContain('kubectl apply -k deploy/kubernetes/overlays/embedded\n');
    expect(page).toContain('<a href="operating.html" aria-current="page">');
    expect(page).toContain('<a href="getting-started.html">Getting started with Slack</a>');
    expect(page).not.toMatch(/<script|https?:\/\/[^"]*\.(?:css|js)/);
  });
});

test('a link that leads nowhere, or out of the project, is refused with its page', () => {
  const project = join(directory, 'project');
  mkdirSync(project);
  for (const link of ['docs/gone.md', '../elsewhere.md']) {
    writeFileSync(join(project, 'README.md'), `# A project\n\n[More](${link})\n`);
    expect(() => buildSite(project, join(directory, 'out'))).toThrow(`README.md links to ${link}`);
  }
});
