import fc from 'fast-check';
import { parseSync } from 'libpg-query';
import { maskSql } from '../../../src/adapters/postgres/mask.ts';
import { readPsqlScript } from '../../../src/gate/psql-script.ts';
import { readScript } from '../../../src/gate/script.ts';
import { parseStatements } from '../../../src/gate/syntax.ts';
import { changedBytes, ODD_TEXTS } from '../mutate.ts';
import { defineParser, demand } from '../parser.ts';

/** What must not be seen again, in lower case: no word of SQL and no part of one. */
const PLANTED = 'geheim';

const CORPUS = [
  'select o.id, count(*) from orders o join customers c on c.id = o.customer_id where o.state = @ group by 1 limit 5',
  'insert into orders (id, note) values (1, @), (2, @) on conflict (id) do update set note = excluded.note',
  'update accounts set token = @ where email like @ and created_at > now() - interval @ returning id',
  'with recent as (select * from events where payload @> @::jsonb) delete from events using recent where true',
  'copy (select * from orders where note = @) to stdout with (format csv)',
  'create table report as select * from orders where region = @ with no data',
  'alter role app password @; set application_name = @; select $1, 2, 1e5, B\'01\', "Order Id" from é',
  'do @; prepare p as select @; explain analyze select @',
  'declare c cursor for select * from t where a = @; fetch 100 from c; commit',
  'select case when a = @ then b else @ end from t tablesample system (1) for update skip locked',
] as const;

const literal = fc
  .tuple(
    fc.constantFrom(
      ['', ''],
      ['', ' 4711'],
      ['x ', ' y'],
      ["it''s ", ''],
      ['\n', '*/'],
      ['$$', '--'],
      ['/*', ''],
      ['é', '😀'],
    ),
    fc.constantFrom(["'", "'"], ["E'", "'"], ['$q$', '$q$'], ["N'", "'"], ["U&'", "'"]),
  )
  .map(([[before, after], [open, close]]) => `${open}${before}${PLANTED}${after}${close}`);
const piece = fc.constantFrom(
  'select ',
  ' from t ',
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
  "E'",
  "U&'",
  ' $1 ',
  '1e',
  ', ',
  '(',
  ')',
  ';',
  '::',
  ' and ',
  ...ODD_TEXTS,
);
const garbage = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
/** Statements with planted values. */
const planted = fc
  .tuple(fc.constantFrom(...CORPUS), literal)
  .map(([statement, value]) => statement.replaceAll('@', () => value));

/** Queries of others, before they are shown: no value that was planted in them is seen, whatever stands around it or is cut off. */
export const maskedSql = defineParser<{ text: string; cut: boolean }>({
  name: 'sql:mask',
  share: 90,
  async open() {
    const valid = planted.map((text) => ({ text, cut: false }));
    const cut = fc
      .tuple(planted, fc.nat())
      .map(([text, at]) => ({ text: text.slice(0, at % (text.length + 1)), cut: true }));
    const spoiled = fc
      .tuple(garbage, literal, garbage, fc.boolean())
      .map(([before, value, after, isCut]) => ({ text: apart(before) + value + after, cut: isCut }));
    return {
      inputs: fc.oneof(valid, cut, spoiled),
      check({ text, cut: isCut }) {
        const masked = maskSql(text, isCut);
        demand(masked.length <= 802, 'It is longer than what is shown.');
        // A cut can leave the beginning of what was planted.
        const seen = masked.toLowerCase().includes(isCut ? PLANTED.slice(0, 3) : PLANTED);
        demand(!seen || isNamed(text), `A value is seen: ${masked}`);
        return masked !== '<unreadable statement>';
      },
    };
  },
});

/** A text after which a literal begins: right behind a word, `$q$` belongs to the word. */
function apart(before: string): string {
  return /[\p{L}\p{N}_$]$/u.test(before) ? `${before} ` : before;
}

/** Whether PostgreSQL itself takes what was planted for a name; a text that it has holds no NUL, and is shown without control characters. */
function isNamed(text: string): boolean {
  try {
    const outside = JSON.stringify(
      parseSync(text.replaceAll(/(?![\n\t])\p{Cc}/gu, ' ')),
      (key, value: unknown) => (key === 'A_Const' ? null : value),
    );
    return outside.includes(PLANTED);
  } catch {
    return false;
  }
}

const script = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(fc.oneof(planted, fc.constantFrom(...CORPUS), garbage), { maxLength: 4 })
      .map((list) => list.join(';\n')),
  },
  {
    weight: 2,
    arbitrary: planted.chain((text) => changedBytes(Buffer.from(text))).map((raw) => raw.toString('utf8')),
  },
);
const PLANNED: ReadonlySet<string> = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
]);

/** Scripts of batch jobs: whatever is sent to a server is exactly one statement that can be planned without running it. */
export const gateScript = defineParser<string>({
  name: 'sql:gate',
  share: 50,
  async open() {
    return {
      inputs: script,
      check(text) {
        let planned = false;
        for (const statement of readScript(text)) {
          if (statement.kind === 'unjudged') demand(statement.why !== '', 'It was refused without a reason.');
          if (statement.kind !== 'query') continue;
          const [only, ...more] = parseStatements(statement.text) ?? [];
          demand(
            only !== undefined && more.length === 0,
            `Not one statement would be sent: ${statement.text}`,
          );
          demand(PLANNED.has(only.type), `A ${only.type} would be sent.`);
          planned = true;
        }
        return planned;
      },
    };
  },
});

const meta = fc.constantFrom(
  '\\i x.sql\n',
  '\\gexec\n',
  '\\! id\n',
  '\\timing\n',
  '\\copy t to x\n',
  ':day',
  ":'day'",
  '\\;',
  '\\g | sh\n',
  '\\q\n',
  '\\set a 1\n',
);

/** Files for psql: nothing that psql would do by itself is left in what the gate reads. */
export const psqlFile = defineParser<string>({
  name: 'sql:psql',
  share: 50,
  async open() {
    return {
      inputs: fc.array(fc.oneof(planted, garbage, meta), { maxLength: 5 }).map((list) => list.join(' ')),
      check(text) {
        const read = readPsqlScript(text);
        if (read.status === 'unreadable') {
          demand(read.why !== '', 'It was refused without a reason.');
          return false;
        }
        const again = readPsqlScript(read.sql);
        demand(
          again.status === 'sql' && again.sql === read.sql,
          'What was read holds commands of psql still.',
        );
        return true;
      },
    };
  },
});
