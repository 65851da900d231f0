import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load-config.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { ways } from '../../src/intake/authentication/registry.ts';
import { alertFormats, formatIds } from '../../src/intake/formats.ts';

const text = readFileSync('docs/alerts.md', 'utf8');
const snippets = [...text.matchAll(/```yaml\n(alerts:\n[\s\S]*?)```/g)].map(([, snippet = '']) => snippet);

/** The sources of a firebreak.yml that has this part; every secret is set. */
function sourcesOf(snippet: string) {
  const rest =
    'slack: { channel: C0123ABCD }\ndatabases: [{ name: orders-primary, url: { env: ORDERS_URL } }]\n';
  // One about routes or silences stands beside the sources of its reader.
  const whole = snippet.includes('sources:')
    ? snippet
    : snippet.replace(
        'alerts:\n',
        'alerts:\n  sources: [{ name: any, format: alertmanager, bearer: { env: ANY_TOKEN } }]\n',
      );
  // What a file holds is not looked at: that it may be named is enough.
  const file = parseConfig(rest + whole.replaceAll(/\{ file: [^}]+\}/g, '{ env: A_FILE }'), 'alerts.md');
  return resolveConfig(file, new Proxy({}, { get: () => 'a secret' })).sources;
}

it('docs/alerts.md has a snippet for every format, and each of them is a valid configuration', () => {
  const formats = new Set(snippets.flatMap((snippet) => sourcesOf(snippet).map(({ format }) => format)));
  expect([...formats].sort()).toEqual([...formatIds].sort());
});

it('docs/alerts.md tells for every format the ways that fit it, the best first', () => {
  const told = Object.fromEntries(
    [...text.matchAll(/^\| `([a-z]+)` \| (`[a-zA-Z]+`(?:, `[a-zA-Z]+`)*) \|$/gm)].map(
      ([, id = '', fitting = '']) => [id, fitting.replaceAll('`', '').split(', ')],
    ),
  );
  expect(told).toEqual(Object.fromEntries(formatIds.map((id) => [id, alertFormats[id].ways])));
});

describe('whoever adds a file cannot forget to name it', () => {
  const files = (folder: string) => readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
  const camel = (file: string) => file.replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());

  it('every source is a format of its name', () => {
    expect(files('src/intake/sources').sort()).toEqual([...formatIds].sort());
    for (const id of formatIds) expect(alertFormats[id].id).toBe(id);
  });

  it('every way is registered, and fits some format', () => {
    const shared = ['compare', 'registry', 'way'];
    const found = files('src/intake/authentication').filter((file) => !shared.includes(file));
    expect(found.map(camel).sort()).toEqual(Object.keys(ways).sort());
    const fitting = new Set(formatIds.flatMap((id) => alertFormats[id].ways));
    expect([...fitting].sort()).toEqual(Object.keys(ways).sort());
  });
});
