import { isPage } from './address.ts';
import type { NavigationGroup } from './layout.ts';
import type { Project } from './project.ts';
import { titleOf } from './render.ts';

/** What the README lists under "Documentation", as seen from a file: a group for each of its lines. */
export function navigationFor({ read, lead }: Project, file: string): NavigationGroup[] {
  return listOf(read('README.md')).map((links) =>
    links.map(({ text, target }) => ({
      label: isPage(target) ? titleOf(read(target)) : text,
      address: lead('README.md', target, file),
      isHere: target === file,
    })),
  );
}

function listOf(readme: string): { text: string; target: string }[][] {
  const [, list = ''] = /^## Documentation\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(readme) ?? [];
  return list
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .map((line) =>
      [...line.matchAll(/\[([^\]]+)\]\(([^)#]+)\)/g)].map(([, text = '', target = '']) => ({ text, target })),
    );
}
