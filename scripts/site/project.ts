import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { addressOf, isPage } from './address.ts';

const FIRST = ['README.md', 'SECURITY.md', 'CHANGELOG.md'];

export type Project = ReturnType<typeof openProject>;

/** The files of the project at `root` that become its site: every page, and whatever is led to meanwhile. */
export function openProject(root: string) {
  const docs = existsSync(join(root, 'docs')) ? readdirSync(join(root, 'docs')) : [];
  const given = [...FIRST, ...docs.filter(isPage).map((name) => `docs/${name}`)];
  // A set goes on to be walked while it grows.
  const files = new Set(given.filter((file) => existsSync(join(root, file))));
  const isFolder = (file: string) => statSync(join(root, file)).isDirectory();
  const address = (file: string) => addressOf(file, isFolder(file));
  /** The address of what `file` links to, as seen from the place of `from` in the site. Throws where it leads nowhere. */
  const lead = (file: string, link: string, from = file): string => {
    if (/^[a-z]+:/.test(link)) return link;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : posix.join(posix.dirname(file), path).replace(/\/$/, '');
    if (target.startsWith('..') || !existsSync(join(root, target)))
      throw new Error(`${file} links to ${link}, which is not there.`);
    files.add(target);
    const way = posix.relative(posix.dirname(address(from)), address(target));
    return anchor === undefined ? way : `${way}#${anchor}`;
  };
  return {
    files,
    isFolder,
    address,
    read: (file: string) => readFileSync(join(root, file), 'utf8'),
    entries: (folder: string) => readdirSync(join(root, folder)),
    lead,
  };
}
