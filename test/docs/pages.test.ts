import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { anchors } from '../../scripts/site/anchors.ts';
import { loadProgram } from '../../src/cli/program.ts';
import { errorCodes } from '../../src/domain/errors.ts';
import { loadSubcommands } from '../../src/slack/listeners/subcommands.ts';
import { blocksOf, PAGES, readPage } from './page.ts';

const program = await loadProgram(undefined, () => undefined);

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(text: string): Set<string> {
  const nextAnchor = anchors();
  const ofHeadings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => nextAnchor(heading));
  const written = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  return new Set([...written, ...ofHeadings]);
}

test.each(PAGES)('every link of %s leads somewhere', (page) => {
  const text = readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(
    ([, link, attribute]) => link ?? attribute ?? '',
  );
  const broken = targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(file)) return true;
      return (
        anchor !== undefined && file.endsWith('.md') && !anchorsOf(readFileSync(file, 'utf8')).has(anchor)
      );
    });
  expect(broken).toEqual([]);
});

test('troubleshooting has a section for every error code, and for no other', () => {
  const sections = [...readPage('troubleshooting.md').matchAll(/^### (\S+)$/gm)].map(([, code]) => code);
  expect(new Set(sections)).toEqual(new Set(Object.keys(errorCodes)));
});

test.each(PAGES)('every command of firebreak that %s names exists, with its options', (page) => {
  const text = readFileSync(page, 'utf8');
  const typed = [
    ...[...text.matchAll(/`(?:npm run )?firebreak (?:-- )?([^`]+)`/g)].map(([, rest = '']) => rest),
    ...blocksOf(text, 'sh|').flatMap((block) =>
      [...block.matchAll(/^(?:[A-Z_]+=\S+ )*firebreak ([^|>\n]+)/gm)].map(([, rest = '']) => rest),
    ),
  ];
  const unknown = typed.filter((line) => !isKnown(line));
  expect(unknown).toEqual([]);
});

test('every word after /db-triage that a page names is understood', async () => {
  const subcommands = await loadSubcommands();
  const words = PAGES.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/(?:`|^)\/db-triage ([a-z][\w-]*)/gm)].map(([, word = '']) => ({
      page,
      word,
    })),
  );
  expect(words.length).toBeGreaterThan(10);
  expect(words.filter(({ word }) => !subcommands.has(word))).toEqual([]);
});

type Command = typeof program;

/** Whether the words name a command, and its options are of it. */
function isKnown(line: string): boolean {
  const words = (line.split(/ -- | {2,}|:$/)[0] ?? '').split(' ');
  let command: Command = program;
  for (const word of words) {
    const sub = command.commands.find((one) => one.name() === word);
    if (sub === undefined) break;
    command = sub;
  }
  if (command === program) return words.every((word) => word.startsWith('--'));
  const known = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  return words
    .filter((word) => /^--?[a-z]/.test(word))
    .every((word) => known.has(word.split('=')[0]) || word === '--help');
}
