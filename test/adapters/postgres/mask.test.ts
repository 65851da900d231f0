import fc from 'fast-check';
import { parseSync } from 'libpg-query';
import { expect, test } from 'vitest';
import { maskSql, UNREADABLE } from '../../../src/adapters/postgres/mask.ts';

test.each([
  ['SELECT * FROM t WHERE a = 1 AND b=$1', 'SELECT * FROM t WHERE a = ? AND b=$1'],
  ["insert into t (a, b) values ('x''y', E'it\\'s', 1.5e3)", 'insert into t (a, b) values (?, …)'],
  [
    "select $$secret$$, $tag$ 'secret' $tag$, B'01', X'ff', U&'d\\0061t', N'x' from t",
    'select ?, …, N? from t',
  ],
  ['select "Order Id" from é -- secret\n where /* secret */ x', 'select "Order Id" from é where x'],
  ["alter role bob password 'secret'", 'alter role bob password ?'],
  ['do $$ begin perform 1; end $$', 'do ?'],
  ["select '1'::int[] @> array[1,2,3], 0x1F", 'select ?::int[] @> array[?, …], ?'],
  ['', ''],
])('masks %s', (text, masked) => {
  expect(maskSql(text, false)).toBe(masked);
});

test.each([
  ["select * from t where name='secret abc", 'select * from t where name= …'],
  ["select * from t where name=E'it\\", 'select * from t where name= …'],
  ['select * from t where id = 1 and x in (1, 2, 3', 'select * from t where id = ? and x in (?, …, …'],
  ['select * from t /* secret', 'select * from t …'],
  ['select * from t where x = $a$ secret $', 'select * from t where x = …'],
  ['select a from "My tab', 'select a from …'],
])('masks a text cut in the middle: %s', (text, masked) => {
  expect(maskSql(text, true)).toBe(masked);
});

test('shows no names of a text that the grammar refuses, because a literal may have slipped out of its quotes', () => {
  expect(maskSql("select x from t where name = 'O'Brien'", false)).toBe(UNREADABLE);
  expect(maskSql("select x from t where name = 'O'Brien' and y = 'z'", false)).not.toContain('Brien');
  expect(maskSql("select x from t where name = 'Mac' OBrien", false)).not.toContain('OBrien');
  expect(maskSql("select 'a\\', secret, 'b'", false)).not.toContain('secret');
});

test.each(["select ''secret'", "select ''secret''", "select x from t where name = ''secret '' and '"])(
  'shows no names of a cut text whose quotes are wrong: %s',
  (text) => {
    expect(maskSql(text, true)).not.toContain('secret');
  },
);

test('survives what breaks parsers', () => {
  expect(maskSql(`select ${'('.repeat(20_000)}`, false).length).toBeLessThanOrEqual(800);
  expect(maskSql('x \u0001 y \u0000', false)).toBe('? ?');
  expect(maskSql('select 1', false)).toBe('select ?');
});

const secretWord = 'geheim';
const garbage = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(
        'select ',
        ' from t ',
        ' where a = ',
        "'",
        "''",
        '"',
        '$$',
        '$x$',
        '/*',
        '*/',
        '--',
        '\n',
        '\\',
        ' E',
        "E'",
        "U&'",
        ' $1 ',
        '1',
        '1e',
        ', ',
        '(',
        ')',
        ';',
        ' as ',
        ' x ',
        '::',
        'insert into t values ',
        'é',
        ' and ',
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join('')),
);
const literal = fc
  .tuple(
    fc.constantFrom(['', ''], ['', ' 4711'], ['x ', ' y'], ["it''s ", ''], ['\n', '*/'], ['$$', '--']),
    fc.constantFrom(["'", "'"], ["E'", "'"], ['$q$', '$q$'], ["N'", "'"]),
  )
  .map(([[before, after], [open, close]]) => `${open}${before}${secretWord}${after}${close}`);

test('no literal survives, whatever garbage surrounds it', () => {
  fc.assert(
    fc.property(garbage, literal, garbage, (before, quoted, after) => {
      const text = before + quoted + after;
      // Where the whole text is valid SQL, PostgreSQL itself decides what is a literal and what is a name.
      fc.pre(!(isSql(text) && isNameIn(text)));
      expect(maskSql(text, false).toLowerCase()).not.toContain(secretWord);
    }),
    { numRuns: 4_000 },
  );
});

test('no literal survives a cut anywhere in a text that was valid', () => {
  fc.assert(
    fc.property(literal, literal, fc.nat(), (one, two, at) => {
      const valid = `/* x */ select a, "b c", ${two} from t where x = ${one} and y in ($1, 2, ${two}) -- end`;
      const text = valid.slice(0, at % (valid.length + 1));
      expect(maskSql(text, true).toLowerCase()).not.toContain(secretWord.slice(0, 3));
    }),
    { numRuns: 4_000 },
  );
});

const DIGITS = '8147296053';
/** Every form in which PostgreSQL writes a value, each holding the same digits. */
const anyLiteral = fc.constantFrom(
  `'x${DIGITS}'`,
  `E'\\'${DIGITS}\\n'`,
  `U&'\\0061${DIGITS}'`,
  `N'${DIGITS}'`,
  `B'${'01'}' || '${DIGITS}'`,
  `$$${DIGITS}$$`,
  `$tag$ $$ '${DIGITS} $tag$`,
  DIGITS,
  `${DIGITS}.5`,
  `1e5 + ${DIGITS}`,
  `/* a /* ${DIGITS} */ b */ 1`,
  `1 -- ${DIGITS}\n`,
);

test('no value survives in any form that PostgreSQL knows, whole or cut at any place', () => {
  fc.assert(
    fc.property(anyLiteral, anyLiteral, fc.nat(), (one, two, at) => {
      const whole = `select a, ${one} from t where x = ${two} and y in ($1, ${one}) order by b`;
      expect(maskSql(whole, false)).not.toContain(DIGITS);
      expect(maskSql(whole.slice(0, at % (whole.length + 1)), true)).not.toContain(DIGITS.slice(0, 4));
    }),
    { numRuns: 2_000 },
  );
});

function isSql(text: string): boolean {
  try {
    parseSync(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether the parse tree holds the word elsewhere than in a constant. */
function isNameIn(text: string): boolean {
  const withoutConstants = JSON.stringify(parseSync(text), (key, value) =>
    key === 'A_Const' ? null : value,
  );
  return withoutConstants.includes(secretWord);
}
