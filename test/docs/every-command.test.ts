import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { blocksOf, commandsOf, inlineCommandsOf, isCommand, PAGES } from './page.ts';
import { commandsFor, isElsewhere, NOT_RUN, plain, RUN_ELSEWHERE, TYPISTS } from './where-typed.ts';

/** Where each line is that somebody may type: the blocks of every page, and the running text of the README. */
const commands = PAGES.flatMap((page) => {
  const text = readFileSync(page, 'utf8');
  const inText = page === 'README.md' ? inlineCommandsOf(text) : [];
  return [...commandsOf(text), ...inText].map((line) => ({ page, line }));
});

test('every command of every page is typed by a test, or it is said what is done instead', () => {
  const typed = TYPISTS.flatMap(commandsFor).map(plain);
  const isTyped = (line: string) => typed.some((one) => one === line || one.startsWith(`${line} `));
  expect(commands.filter(({ line }) => !isTyped(plain(line)) && !isElsewhere(line))).toEqual([]);
  expect(typed.length).toBeGreaterThan(40);
});

test('a test that types commands takes them from the list', () => {
  const others = TYPISTS.filter((name) => !readFileSync(name, 'utf8').includes(`commandsFor('${name}')`));
  expect(others).toEqual([]);
});

test('what is said of other commands is true of some, and of a file that is there', () => {
  const lines = commands.map(({ line }) => plain(line));
  for (const { command } of [...RUN_ELSEWHERE, ...NOT_RUN])
    expect(
      lines.some((line) => command.test(line)),
      String(command),
    ).toBe(true);
  for (const { by, as } of RUN_ELSEWHERE) expect(readFileSync(by, 'utf8'), by).toContain(as);
  for (const { instead } of NOT_RUN) expect(existsSync(instead), instead).toBe(true);
});

test('a block without a language holds no command, which nobody would find', () => {
  const hidden = PAGES.flatMap((page) =>
    blocksOf(readFileSync(page, 'utf8'), 'console|bash|shell|')
      .flatMap((block) => block.split('\n'))
      .filter((line) => isCommand(line))
      .map((line) => ({ page, line })),
  );
  expect(hidden).toEqual([]);
});

test('the packages that the README names are those that CI installs', () => {
  const [, named = ''] = /^apt-get install (chromium .+)$/m.exec(readFileSync('README.md', 'utf8')) ?? [];
  const installed = [...readFileSync('.ci/run', 'utf8').matchAll(/missing\+=\(([\w-]+)\)/g)].map(
    ([, name = '']) => name,
  );
  // CI looks for the version of this one.
  expect(named.replace(' postgresql-15-hypopg', '').split(' ').toSorted()).toEqual(installed.toSorted());
});

test('every script and program of the project that a page names is there', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const texts = PAGES.map((page) => readFileSync(page, 'utf8')).join('\n');
  const names = [...texts.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => name);
  expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
  const files = [...texts.matchAll(/\bnode ((?:bench|scripts|test)\/[\w./-]+)/g)].map(
    ([, file = '']) => file,
  );
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
  expect(Math.min(names.length, files.length)).toBeGreaterThan(5);
});
