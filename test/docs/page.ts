import { readFileSync } from 'node:fs';

/** A page of the documentation as its readers have it. */
export const readPage = (name: string) => readFileSync(`docs/${name}`, 'utf8');

/** The blocks of code in one language, in order. */
export function blocksOf(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, body = '']) => body,
  );
}

/** The commands that a page lets its readers type. */
export const commandsOf = (page: string) => blocksOf(page, 'sh').flatMap((block) => block.trim().split('\n'));
