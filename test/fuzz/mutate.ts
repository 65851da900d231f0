import fc from 'fast-check';

/** Texts that broke parsers somewhere. */
export const ODD_TEXTS = [
  '',
  '\0',
  '\ud800',
  '\ufeff',
  '__proto__',
  'constructor',
  'toString',
  '0001-01-01T00:00:00Z',
  '9'.repeat(400),
  '<!channel> <script>alert(1)</script>',
  "'; drop table firebreak.alert; --",
  '$ALERT_TITLE {{ .Labels }} %{jndi:ldap://a}',
  '[[[[[[[[[[',
  '(a+)+$',
];

/** A value that nobody expects. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...ODD_TEXTS, null, 0, -1, 1e308, true, [], {}, [[]]) },
  { weight: 1, arbitrary: fc.anything({ withNullPrototype: false, maxDepth: 2, maxKeys: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

type Place = readonly (string | number)[];

/** Plain data of which up to four places hold something else, or nothing. */
export function changedData(whole: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(whole);
  const change = fc.record({
    at: fc.constantFrom(...places),
    value: oddValue,
    goes: fc.nat({ max: 4 }).map((n) => n === 0),
  });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const box: { whole: unknown } = { whole: structuredClone(whole) };
    for (const { at, value, goes } of changes) put(box, ['whole', ...at], value, goes);
    return box.whole;
  });
}

/** JSON of which up to four places hold something else, or nothing. */
export function changedJson(text: string): fc.Arbitrary<string> {
  return changedData(JSON.parse(text)).map(safely);
}

function placesIn(value: unknown, path: Place = []): Place[] {
  if (value === null || typeof value !== 'object') return [path];
  const below = Object.entries(value).flatMap(([key, item]) =>
    placesIn(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...below];
}

function put(target: unknown, [key = '', ...rest]: Place, value: unknown, goes: boolean): void {
  if (target === null || typeof target !== 'object') return;
  if (rest.length > 0) put(Reflect.get(target, key), rest, value, goes);
  else if (goes) Reflect.deleteProperty(target, key);
  else Reflect.set(target, key, value);
}

function safely(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return 'no JSON';
  }
}

/** Bytes of which one to three are others, gone, or there twice. */
export function changedBytes(raw: Buffer): fc.Arbitrary<Buffer> {
  const change = fc.tuple(
    fc.nat({ max: Math.max(0, raw.length - 1) }),
    fc.nat({ max: 255 }),
    fc.nat({ max: 2 }),
  );
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce((bytes, [at, byte, how]) => {
      const middle =
        how === 0 ? [byte] : how === 1 ? [] : [...bytes.subarray(at, at + 8), ...bytes.subarray(at, at + 8)];
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(middle),
        bytes.subarray(at + (how === 2 ? 8 : 1)),
      ]);
    }, raw),
  );
}

/** Anything at all. */
export const anyBytes: fc.Arbitrary<Buffer> = fc
  .oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json({ maxDepth: 2 }),
  )
  .map((given) => Buffer.from(given as string));

type LineChange = { readonly at: number; readonly how: number; readonly with: string };

/** A text whose lines are gone, there twice, elsewhere, indented otherwise, or hold another value; or of which one character is another. */
export function changedLines(text: string): fc.Arbitrary<string> {
  const lines = text.split('\n');
  const change: fc.Arbitrary<LineChange> = fc.record({
    at: fc.nat({ max: lines.length - 1 }),
    how: fc.nat({ max: 7 }),
    with: fc.oneof(
      fc.constantFrom(
        ...ODD_TEXTS,
        '{',
        '}',
        '[',
        ']',
        '*a',
        '&a x',
        '!!js/function "x"',
        '|',
        '>-',
        '%YAML 1.1',
        '---',
        '? a',
        '\t',
        'true',
        '1e9',
        '{ env: X }',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    ),
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const changed = [...lines];
    for (const one of changes) changeLine(changed, one);
    return changed.join('\n');
  });
}

function changeLine(lines: string[], { at, how, with: odd }: LineChange): void {
  const line = lines[at] ?? '';
  const other = lines[(at * 31 + 7) % lines.length] ?? '';
  const middle = odd.length % Math.max(1, line.length);
  const becomes: readonly (readonly string[])[] = [
    [],
    [line, line],
    [` ${line}`],
    [line.replace(/^ /, '')],
    [line.replace(/:.*$/, `: ${odd}`)],
    [line, other],
    [line.slice(0, middle) + odd + line.slice(middle)],
    [line.replace(/\S+$/, odd)],
  ];
  lines.splice(at, 1, ...(becomes[how] ?? []));
}
