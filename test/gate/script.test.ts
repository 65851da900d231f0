import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readScript, SCRIPT_LIMIT, type ScriptStatement, STATEMENT_LIMIT } from '../../src/gate/script.ts';
import { parseStatements } from '../../src/gate/syntax.ts';

const EXPLAINABLE = ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'];
const queryOf = (sql: string) => {
  const [only, ...more] = readScript(sql);
  if (only?.kind !== 'query' || more.length > 0) throw new Error(`not one query: ${JSON.stringify(only)}`);
  return only;
};
const kinds = (sql: string) => readScript(sql).map(({ kind }) => kind);

describe('what is sent to a server', () => {
  /** Fragments that have changed the meaning of a text somewhere. */
  const fragment = fc.constantFrom(
    'select 1',
    'delete from orders',
    'analyze',
    'explain analyze',
    'drop table orders',
    'insert into t values (1)',
    'with x as (',
    ')',
    '(',
    ';',
    ' ',
    '\n',
    '--',
    '/*',
    '*/',
    "'",
    '"',
    '$$',
    '$a$',
    "E'\\'",
    '\\',
    '\0',
    'é',
    '$1',
    'copy (',
    ') to stdout',
    'create table a as ',
    'declare c cursor for ',
    'prepare p as ',
    'execute p',
    'into x',
    'select * from orders',
    ' for update',
    ' where a = ',
    'do $$ begin end $$',
    'begin',
    'commit',
    'set a = 1',
  );
  const text = fc.array(fc.oneof({ weight: 8, arbitrary: fragment }, fc.string({ maxLength: 4 })), {
    maxLength: 12,
  });

  const start = fc.constantFrom(
    '',
    'select 1',
    'delete from orders',
    'copy (select 1',
    'create table a as select 1',
  );

  test('is always one statement of the kinds that EXPLAIN does not execute, whatever the text', () => {
    let queries = 0;
    fc.assert(
      fc.property(start, text, (first, parts) => {
        for (const one of readScript(first + parts.join(''))) {
          if (one.kind !== 'query') continue;
          queries += 1;
          const parsed = parseStatements(one.text);
          expect(parsed).toHaveLength(1);
          expect(EXPLAINABLE).toContain(parsed?.[0]?.type);
          expect(one.text).not.toContain('\0');
        }
      }),
      { numRuns: 4000 },
    );
    expect(queries).toBeGreaterThan(100);
  });

  test('a script of so many statements has so many answers', () => {
    const statement = fc.constantFrom(
      'select 1',
      "select ';'",
      'delete from a',
      'set x = 1',
      'drop table a',
      'vacuum',
      "insert into é values ('é;')",
    );
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 8 }), (list) => {
        expect(readScript(list.join(';\n'))).toHaveLength(list.length);
      }),
    );
  });
});

test.each([
  ['select * from orders', {}],
  ['(select 1)', {}],
  ['table orders', {}],
  ['values (1)', {}],
  ['with a as (select 1) select * from a', {}],
  ['select * from orders where id = $2', { parameters: 2 }],
  ['select pg_catalog.now(), Sales.Total(1)', { functions: ['total', 'now'] }],
  ['insert into a select 1', { writes: true, toClient: false }],
  ['insert into a select 1 returning *', { writes: true, toClient: true }],
  ['with gone as (delete from a returning *) select * from gone', { writes: true, toClient: true }],
  ['select * from a for update', { writes: true, toClient: true }],
  [
    'create table b as select 1 as "as" with no data',
    { text: 'select 1 as "as"', writes: true, toClient: false },
  ],
  ['create temp table "as" (x) as select 1', { text: 'select 1', writes: true, toClient: false }],
  [
    'copy (select a, (b) from c) to stdout with csv',
    { text: 'select a, (b) from c', toClient: true, writes: false },
  ],
  ['copy "Strange ""table" to stdout', { text: 'SELECT * FROM "Strange ""table"' }],
  ['declare c cursor for select * from a', { text: 'select * from a', toClient: true }],
])('can be explained: %s', (sql, expected) => {
  const { kind: _kind, ...query } = queryOf(sql);
  expect(query).toMatchObject({
    parameters: 0,
    functions: [],
    writes: false,
    toClient: true,
    text: sql,
    ...expected,
  });
});

test.each([
  ['', 'no statement'],
  ['-- nothing', 'no statement'],
  ['selec 1', 'grammar does not accept'],
  ['select 1\0; drop table a', 'grammar does not accept'],
  [`select ${'('.repeat(50_000)}1${')'.repeat(50_000)}`, 'nested too deeply'],
  [`select 1${'+1'.repeat(60_000)}`, 'nested too deeply'],
  [' '.repeat(SCRIPT_LIMIT + 1), 'longer than 256 kB'],
  ['select 1;'.repeat(STATEMENT_LIMIT + 1), 'more than 50 statements'],
  ['analyze delete from a', 'grammar does not accept'],
  ['analyze a', 'ANALYZE has no plan'],
  ['explain analyze delete from a', 'EXPLAIN has no plan'],
  ['do $$ begin end $$', 'DO has no plan'],
  ['call p()', 'CALL has no plan'],
  ['vacuum a', 'VACUUM has no plan'],
  ['execute p', 'EXECUTE has no plan'],
  ['create table b as execute p', 'cannot be told apart'],
  ['refresh materialized view v', 'REFRESH has no plan'],
  ['select 1 into b', 'SELECT INTO'],
  ["copy a from '/tmp/x'", 'COPY from a file'],
  ["copy (select 1) to program 'rm'", 'to a program'],
  ['set search_path = other', 'sets search_path'],
  ['set role postgres', 'sets role'],
])('cannot be judged: %.40s', (sql, why) => {
  expect(readScript(sql)).toEqual([
    { kind: 'unjudged', why: expect.stringContaining(why) as string } satisfies ScriptStatement,
  ]);
});

test('a query inside another that the lexer cannot tell apart is not judged', () => {
  expect(kinds("copy (select * from t where a = '\u0001') to stdout")).toEqual(['unjudged']);
});

test('what costs nothing is passed, and what reads a table of the script is not guessed', () => {
  expect(kinds('begin; set statement_timeout = 0; select 1; commit')).toEqual([
    'passed',
    'passed',
    'query',
    'passed',
  ]);
  expect(kinds('create temp table mine as select 1; select * from mine; select * from other')).toEqual([
    'query',
    'unjudged',
    'query',
  ]);
});
