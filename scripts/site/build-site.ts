import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { isPage, isPicture } from './address.ts';
import { layOut, STYLE } from './layout.ts';
import { navigationFor } from './navigation.ts';
import { openProject, type Project } from './project.ts';
import { render, renderListing, renderSource, titleOf } from './render.ts';

/**
 * Writes every page of the project at `root` into `out`, with the pictures and the files that pages link to. What was in
 * `out` is gone. Returns how many HTML files there are; throws with page and link where one leads nowhere.
 */
export function buildSite(root: string, out: string): number {
  const project = openProject(root);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'style.css'), STYLE);
  let pages = 0;
  for (const file of project.files) {
    const place = join(out, project.address(file));
    mkdirSync(dirname(place), { recursive: true });
    if (isPicture(file)) copyFileSync(join(root, file), place);
    else {
      writeFileSync(place, pageOf(project, file));
      pages += 1;
    }
  }
  return pages;
}

function pageOf(project: Project, file: string): string {
  const wayToRoot = posix.relative(posix.dirname(project.address(file)), '.');
  return layOut({
    title: isPage(file) ? titleOf(project.read(file)) : file,
    body: bodyOf(project, file),
    navigation: navigationFor(project, file),
    root: wayToRoot === '' ? '.' : wayToRoot,
  });
}

function bodyOf({ isFolder, entries, read, lead }: Project, file: string): string {
  if (isFolder(file)) {
    const within = (name: string) => lead(file, `${basename(file)}/${name}`);
    return renderListing(
      file,
      entries(file).map((name) => ({ name, address: within(name) })),
    );
  }
  return isPage(file) ? render(read(file), (link) => lead(file, link)) : renderSource(file, read(file));
}
