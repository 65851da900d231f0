import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPsqlScript } from '../../src/gate/psql-script.ts';

const sqlOf = (file: string) => {
  const read = readPsqlScript(file);
  return read.status === 'sql' ? read.sql.trim() : read.why;
};

test.each([
  ['\\timing on\n\\set ON_ERROR_STOP 1\nselect 1;', 'select 1;'],
  ['select 1 \\g out.txt\nselect 2;', 'select 1 ;\nselect 2;'],
  ['\\copy (select 1) to out.csv csv', 'COPY (select 1) to out.csv csv;'],
  ['select 1;\n\\q\ndrop table a;', 'select 1;'],
  [
    "select ':x \\i', E'\\':x', \"\\i\", $$ :x \\! $$, $a$ $$ :x $a$;",
    "select ':x \\i', E'\\':x', \"\\i\", $$ :x \\! $$, $a$ $$ :x $a$;",
  ],
  ['select 1 -- \\i :x\n/* /* :x */ \\i */;', 'select 1 -- \\i :x\n/* /* :x */ \\i */;'],
  ["select a::int, b ~ '^x' from c", "select a::int, b ~ '^x' from c"],
])('is read as psql sends it: %s', (file, sql) => {
  expect(sqlOf(file)).toBe(sql);
});

test.each([
  ['\\i other.sql', '\\i'],
  ['select 1 \\gexec', '\\gexec'],
  ['\\! rm file', '\\!'],
  ['\\c other', '\\c'],
  ['select 1 \\; drop table a', '\\;'],
  ['\\timing \\i other.sql', '\\timing'],
  ['select 1 \\g | sh', '\\g'],
  ["select :'day'", 'variables'],
  ['select :day', 'variables'],
  ['select * from :"table"', 'variables'],
  ['select :{?day}', 'variables'],
])('is not read: %s', (file, why) => {
  expect(sqlOf(file)).toContain(why);
});

test('a text without the signs of psql is left as it is', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/[\\:]/.test(text)),
      (text) => {
        expect(readPsqlScript(text)).toEqual({ status: 'sql', sql: text });
      },
    ),
  );
});

test('a long text is read in a moment', { timeout: 10_000 }, () => {
  const text = "select 'a', $1, b$c, -1 / 2 /* x */;\n".repeat(6_000);
  const started = performance.now();
  expect(sqlOf(text)).toBe(text.trim());
  expect(performance.now() - started).toBeLessThan(3_000);
});
