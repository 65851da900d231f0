import { readdirSync, readFileSync } from 'node:fs';

/** A page of the documentation as its readers have it. */
export const readPage = (name: string) => readFileSync(`docs/${name}`, 'utf8');

/** Every page that somebody reads. */
export const PAGES = [
  'README.md',
  'SECURITY.md',
  ...readdirSync('docs').map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

/** The blocks of code in one language, or one of several, in order. */
export function blocksOf(page: string, language: string): string[] {
  const isWanted = new RegExp(`^(?:${language})$`);
  // Every block is walked over: the end of one in another language is no beginning.
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, found = '', body = '']) =>
    isWanted.test(found) ? [body] : [],
  );
}

/** The commands that a page lets its readers type. */
export const commandsOf = (page: string) => blocksOf(page, 'sh').flatMap((block) => block.trim().split('\n'));

/** What stands below a heading of a page, up to the next one of any rank. */
export function sectionOf(page: string, heading: string): string {
  const [, body] = new RegExp(`^#+ ${heading}\\n([\\s\\S]*?)(?=^#+ |$(?![\\s\\S]))`, 'm').exec(page) ?? [];
  if (body === undefined) throw new Error(`There is no heading "${heading}".`);
  return body;
}

/** Whether a line is something to type into a shell, as far as its first word shows. */
export const isCommand = (line: string) =>
  /^(?:[A-Z_]+=\S+ )*(?:firebreak|npm|npx|node|kubectl|systemctl|docker|psql|curl|apt-get|promtool|amtool|git) \S/.test(
    line,
  );

/** The commands in the running text of a page. */
export const inlineCommandsOf = (page: string) =>
  [...page.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)]
    .map(([, code = '']) => code)
    .filter(isCommand);

/** What a page lets its readers type into Slack, in blocks of its own. */
export const slashCommandsOf = (page: string) =>
  blocksOf(page, '').flatMap((block) => block.split('\n').filter((line) => line.startsWith('/db-triage ')));
