import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Alert } from '../../../src/domain/alert.ts';
import { formatIds } from '../../../src/intake/formats.ts';
import { readAlerts } from '../../../src/intake/read-alerts.ts';
import { recorded } from './support.ts';

/** Inputs of each property and form; FUZZ_RUNS=50000 makes a long run of it. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 300);

const fixtures = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

/** Bodies that broke receivers somewhere. */
const corpus: [string, string][] = [
  ['nothing', ''],
  ['a byte order mark', '\ufeff{}'],
  ['a prototype', '{"__proto__":{"alerts":[]},"constructor":{"prototype":{"version":"4"}}}'],
  ['a prototype among the labels', '{"labels":{"__proto__":"x","constructor":"y","toString":"z"}}'],
  ['a number that overflows', '{"date":1e400,"alert":{"createdAt":-1e400}}'],
  ['a huge number', `{"date":"${'9'.repeat(5_000)}"}`],
  ['depth', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['depth of objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  ['breadth', JSON.stringify({ alerts: Array.from({ length: 50_000 }, () => ({})) })],
  ['the same name twice', '{"version":"4","version":"1","alerts":[],"alerts":{}}'],
  ['NUL', '{"id":"\\u0000","name":"\\u0000"}'],
  ['half a surrogate', '{"id":"\\ud800","name":"\\udfff"}'],
  ['markup', '{"title":"<!channel> <script>alert(1)</script>","name":"*_`~"}'],
  ['SQL', `{"id":"'; drop table firebreak.alert; --"}`],
  ['a template', '{"title":"$ALERT_TITLE","name":"{{ .Labels }}","id":"%{jndi:ldap://a}"}'],
];

/** Whatever is read is an alert that can be stored, or a reason. */
function expectSound(format: (typeof formatIds)[number], raw: Buffer): void {
  const read = readAlerts({ name: 'monitoring', format }, raw);
  if (typeof read === 'string') {
    expect(read).not.toBe('');
  } else if ('alerts' in read) {
    expect(read.alerts.length).toBeGreaterThan(0);
    for (const alert of read.alerts) expectStorable(alert);
  } else {
    expect(Object.values(read)[0]).toBeTruthy();
  }
}

function expectStorable(alert: Alert): void {
  expect(Alert.parse(alert)).toEqual(alert);
  expect(alert.source).toBe('monitoring');
  expect(Number.isNaN(Date.parse(alert.startsAt))).toBe(false);
  const texts = [alert.fingerprint, alert.name, alert.generatorUrl ?? '', alert.endsAt ?? ''];
  for (const map of [alert.labels, alert.annotations]) texts.push(...Object.entries(map).flat());
  expect(texts.filter((text) => text.includes('\0') || !text.isWellFormed())).toEqual([]);
}

/** A recorded body of which some places hold something else. */
function mutated(name: string): fc.Arbitrary<Buffer> {
  const text = recorded(name).toString('utf8');
  const places: (string | number)[][] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    places.push(path);
    if (value === null || typeof value !== 'object') return;
    for (const [key, item] of Object.entries(value))
      walk(item, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  walk(JSON.parse(text), []);
  const odd = fc.oneof(
    fc.anything({ withNullPrototype: false, maxDepth: 3 }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      null,
      '',
      0,
      -1,
      1e308,
      [],
      {},
      '\0',
      '\ud800',
      '__proto__',
      '0001-01-01T00:00:00Z',
      text,
    ),
  );
  return fc
    .array(fc.tuple(fc.constantFrom(...places), odd), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      const whole: { body: unknown } = { body: JSON.parse(text) };
      for (const [path, value] of changes) put(whole, ['body', ...path], value);
      return Buffer.from(safely(whole.body));
    });
}

function put(target: unknown, [key = '', ...rest]: (string | number)[], value: unknown): void {
  if (target === null || typeof target !== 'object') return;
  if (rest.length === 0) Reflect.set(target, key, value);
  else put(Reflect.get(target, key), rest, value);
}

function safely(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return 'no JSON';
  }
}

describe.each(formatIds)('the form %s', (format) => {
  it.each(corpus)('reads %s without harm', (_what, text) => expectSound(format, Buffer.from(text)));

  it('reads any bytes without harm', () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 2_000 }), fc.string({ unit: 'binary' }), fc.json());
    fc.assert(
      fc.property(bytes, (given) => expectSound(format, Buffer.from(given as string))),
      { numRuns },
    );
  });

  it('reads recorded bodies with anything in any place without harm', () => {
    const given = fc.oneof(...fixtures.map(mutated));
    fc.assert(
      fc.property(given, (raw) => expectSound(format, raw)),
      { numRuns },
    );
  });

  it('reads its own recorded bodies with one byte changed without harm', () => {
    const own = fixtures.filter((name) => name.startsWith(`${format}-`));
    expect(own).not.toEqual([]);
    const given = fc.constantFrom(...own).chain((name) => {
      const raw = recorded(name);
      return fc
        .tuple(fc.nat({ max: raw.length - 1 }), fc.nat({ max: 255 }))
        .map(([place, byte]) =>
          Buffer.concat([raw.subarray(0, place), Buffer.of(byte), raw.subarray(place + 1)]),
        );
    });
    fc.assert(
      fc.property(given, (raw) => expectSound(format, raw)),
      { numRuns },
    );
  });
});
