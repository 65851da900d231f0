import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../../../src/config/load-config.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { type ErrorCode, isFirebreakError } from '../../../src/domain/errors.ts';
import { changedBytes, changedData, changedLines } from '../mutate.ts';
import { defineParser, demand } from '../parser.ts';

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../../firebreak.example.yml'), 'utf8');
const SMALL = `slack: { channel: C0123ABCD }
alerts: { sources: [{ name: am, format: alertmanager, bearer: { env: TOKEN } }] }
databases: [{ name: orders, url: { env: ORDERS_URL } }]
`;
const EXPECTED: ReadonlySet<ErrorCode> = new Set(['bad-config', 'missing-secret', 'no-authentication']);
const SECRET = 'a-value-that-nobody-may-read';
/** Any variable is set, so that what loads is resolved too. */
const environment = new Proxy<Record<string, string>>({}, { get: () => SECRET, has: () => true });

/** firebreak.yml as text: what loads says the same when it is written and read again, and no secret is in what is told. */
export const configText = defineParser<string>({
  name: 'config:yaml',
  share: 8,
  async open() {
    const bare = stringify(parse(EXAMPLE));
    const inputs = fc.oneof(
      { weight: 2, arbitrary: changedLines(bare) },
      { weight: 1, arbitrary: changedBytes(Buffer.from(bare)).map((raw) => raw.toString('utf8')) },
      { weight: 14, arbitrary: changedLines(SMALL) },
      { weight: 2, arbitrary: changedBytes(Buffer.from(SMALL)).map((raw) => raw.toString('utf8')) },
    );
    return { inputs, check: loadsSoundly };
  },
});

/** firebreak.yml as data: every key holds what nobody expects. */
export const configData = defineParser<string>({
  name: 'config:data',
  share: 12,
  async open() {
    const inputs = fc.oneof(
      { weight: 1, arbitrary: changedData(parse(EXAMPLE)).map((data) => written(data)) },
      { weight: 14, arbitrary: changedData(parse(SMALL)).map((data) => written(data)) },
    );
    return { inputs, check: loadsSoundly };
  },
});

function loadsSoundly(text: string): boolean {
  try {
    const file = parseConfig(text, 'firebreak.yml');
    const again = parseConfig(stringify(file), 'again.yml');
    demand(isDeepStrictEqual(again, file), 'It says something else when it is read again.');
    const { sources, authority } = resolveConfig(file, environment);
    demand(
      sources.every(({ authentication }) => authentication !== null),
      'A source needs no proof.',
    );
    const given = JSON.stringify(file.authority);
    demand(
      Object.values(authority)
        .flat()
        .every((who) => given.includes(typeof who === 'string' ? who : who.onCall)),
      'Somebody may decide whom the file does not name.',
    );
    return true;
  } catch (error) {
    demand(isFirebreakError(error) && EXPECTED.has(error.code), `It threw ${String(error)}`);
    demand(!`${error.message} ${error.hint}`.includes(SECRET), 'A secret is told.');
    return false;
  }
}

function written(data: unknown): string {
  try {
    return stringify(data, { aliasDuplicateObjects: false }) ?? '';
  } catch {
    return 'no: data';
  }
}
