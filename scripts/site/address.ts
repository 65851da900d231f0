import { extname } from 'node:path';

export const isPage = (file: string) => file.endsWith('.md');
export const isPicture = (file: string) => ['.png', '.svg'].includes(extname(file));

/** Where a file of the project stands in the site: pages and other texts as HTML, under the folders that they have. */
export function addressOf(file: string, isFolder = false): string {
  if (file === 'README.md') return 'index.html';
  if (isFolder) return `${file}/index.html`;
  if (isPage(file)) return file.replace(/\.md$/, '.html');
  return isPicture(file) ? file : `${file}.html`;
}
