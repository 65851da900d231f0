import { ident } from '../domain/sql-name.ts';
import type { ExplainableStatement } from '../ports/gate.ts';
import { isObject, lexemes, nodesOf, type ParsedStatement, parseStatements } from './syntax.ts';

/** A statement of a script, by what the gate can say about it. */
export type ScriptStatement =
  | ({
      readonly kind: 'query';
      /** True when it cannot run on a replica: it changes, locks or makes something. */
      readonly writes: boolean;
      /** True when its rows go to the client. */
      readonly toClient: boolean;
    } & ExplainableStatement)
  /** Costs nothing worth a plan, such as SET or COMMIT. */
  | { readonly kind: 'passed' }
  | { readonly kind: 'unjudged'; readonly why: string };

/** Characters of a script that are read. */
export const SCRIPT_LIMIT = 256 * 1024;
/** Statements of a script that are read. */
export const STATEMENT_LIMIT = 50;

const EXPLAINABLE: ReadonlySet<string> = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
]);
const WRITING: ReadonlySet<string> = new Set([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'LockingClause',
]);
const PASSED: ReadonlySet<string> = new Set([
  'TransactionStmt',
  'VariableShowStmt',
  'ClosePortalStmt',
  'FetchStmt',
  'DeallocateStmt',
]);
/** Settings that change which tables the names of the following statements mean. */
const NAMING = /^(?:search_path|role|session_authorization)$/;

/** What of a script can be explained, statement by statement; only a query of this list is ever sent to a server. */
export function readScript(sql: string): ScriptStatement[] {
  if (sql.length > SCRIPT_LIMIT)
    return [unjudged(`the text is longer than ${SCRIPT_LIMIT / 1024} kB, which is what the gate reads`)];
  const parsed = parseStatements(sql);
  if (parsed === null)
    return [unjudged("PostgreSQL's grammar does not accept the text, or it is nested too deeply")];
  if (parsed.length === 0) return [unjudged('there is no statement in the text')];
  if (parsed.length > STATEMENT_LIMIT)
    return [unjudged(`there are more than ${STATEMENT_LIMIT} statements, which is what the gate reads`)];
  const made = new Set<string>();
  return parsed.map((statement) => {
    const read = readStatement(statement, made);
    for (const name of madeBy(statement)) made.add(name);
    return read;
  });
}

function readStatement(statement: ParsedStatement, made: ReadonlySet<string>): ScriptStatement {
  const { type, node, text } = statement;
  if (EXPLAINABLE.has(type)) return isObject(node.intoClause) ? selectInto() : query(statement, made);
  if (PASSED.has(type)) return { kind: 'passed' };
  if (type === 'VariableSetStmt') return readSet(node);
  if (type === 'CreateTableAsStmt') return inner(after(text, 'as'), made, { writes: true });
  if (type === 'DeclareCursorStmt') return inner(after(text, 'for'), made, { toClient: true });
  if (type === 'CopyStmt') return readCopy(statement, made);
  return unjudged(`${nameOf(text)} has no plan that could be looked at`);
}

function selectInto(): ScriptStatement {
  return unjudged('SELECT INTO has no plan that could be looked at; write CREATE TABLE … AS SELECT instead');
}

function query(
  { type, node, text }: ParsedStatement,
  made: ReadonlySet<string>,
  use: { readonly writes?: true; readonly toClient?: boolean } = {},
): ScriptStatement {
  const functions = new Set<string>();
  let parameters = 0;
  let writes = use.writes === true || WRITING.has(type);
  for (const [name, part] of nodesOf(node)) {
    if (WRITING.has(name)) writes = true;
    if (name === 'ParamRef' && typeof part.number === 'number')
      parameters = Math.max(parameters, part.number);
    if (name === 'FuncCall') functions.add(lastName(part.funcname));
    if (name === 'RangeVar' && typeof part.relname === 'string' && made.has(part.relname))
      return unjudged(`it reads ${part.relname}, which the script makes itself`);
  }
  const toClient = use.toClient ?? (use.writes !== true && (type === 'SelectStmt' || returns(node)));
  return { kind: 'query', text, parameters, functions: [...functions], writes, toClient };
}

function returns(node: Readonly<Record<string, unknown>>): boolean {
  return node.returningList !== undefined || node.returningClause !== undefined;
}

function readSet({ name }: Readonly<Record<string, unknown>>): ScriptStatement {
  if (typeof name === 'string' && NAMING.test(name))
    return unjudged(`it sets ${name}, so that the gate cannot know which tables are meant`);
  return { kind: 'passed' };
}

/** COPY out: of a query it is that query, of a table all its rows. */
function readCopy({ node, text }: ParsedStatement, made: ReadonlySet<string>): ScriptStatement {
  if (node.is_from === true || node.is_program === true)
    return unjudged('COPY from a file or to a program has no plan that could be looked at');
  const { relation } = node;
  if (!isObject(relation)) return inner(insideParentheses(text), made, { toClient: true });
  const names = [relation.schemaname, relation.relname].filter((name) => typeof name === 'string');
  return inner(`SELECT * FROM ${names.map(ident).join('.')}`, made, { toClient: true });
}

/** The query inside another statement, read again by itself. */
function inner(
  text: string | null,
  made: ReadonlySet<string>,
  use: { readonly writes?: true; readonly toClient?: boolean },
): ScriptStatement {
  const parsed = text === null ? null : parseStatements(text);
  const [only] = parsed ?? [];
  if (only === undefined || parsed?.length !== 1 || !EXPLAINABLE.has(only.type))
    return unjudged('the query inside it cannot be told apart');
  return query(only, made, use);
}

/** What follows the first word of this kind outside parentheses; without WITH [NO] DATA. */
function after(text: string, word: string): string | null {
  const words = lexemes(text);
  let depth = 0;
  for (const { text: token, end } of words) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (depth === 0 && token.toLowerCase() === word)
      return text.slice(end).replace(/\bwith\s+(?:no\s+)?data\s*$/i, '');
  }
  return null;
}

function insideParentheses(text: string): string | null {
  let depth = 0;
  let from = 0;
  for (const { text: token, start, end } of lexemes(text)) {
    if (token === '(' && depth++ === 0) from = end;
    else if (token === ')' && --depth === 0) return text.slice(from, start);
  }
  return null;
}

/** Names of tables and views that a statement makes. */
function madeBy({ type, node }: ParsedStatement): string[] {
  const into = isObject(node.into) ? node.into.rel : null;
  const made = type === 'CreateStmt' ? node.relation : type === 'ViewStmt' ? node.view : into;
  return isObject(made) && typeof made.relname === 'string' ? [made.relname] : [];
}

function lastName(names: unknown): string {
  const last: unknown = Array.isArray(names) ? names.at(-1) : null;
  const text = isObject(last) && isObject(last.String) ? last.String.sval : '';
  return typeof text === 'string' ? text.toLowerCase() : '';
}

function nameOf(text: string): string {
  return /^\s*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? 'the statement';
}

function unjudged(why: string): ScriptStatement {
  return { kind: 'unjudged', why };
}
