import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { describeError } from '../domain/errors.ts';
import type { Problem } from './problems.ts';
import { withoutSecrets } from './without-secrets.ts';

/** A file larger than this is refused unread; bytes. */
const SIZE_LIMIT = 256 * 1024;
/** Nesting deeper than this is refused; neither a runbook nor a configuration needs it. */
const DEPTH_LIMIT = 20;

/** After a syntax error most others follow from it; at most this many are told. */
const SYNTAX_LIMIT = 20;

/** A path into the document, as zod reports it. */
export type Path = readonly PropertyKey[];

/** A parsed file that knows where each value stands. */
export interface Source {
  /** Plain data, without prototypes of YAML; null when the file could not be read. */
  readonly data: unknown;
  readonly problems: readonly Problem[];
  problemAt(path: Path, text: string): Problem;
  problemAtKey(path: Path, key: string, text: string): Problem;
  /** The offending text, short, in quotes, with secrets masked; empty when there is none. */
  textAt(path: Path): string;
}

/** Parses YAML without trusting it: no aliases, no own tags, no second document, bounded size and depth. Never throws. */
export function readSource(text: string, file: string): Source {
  const counter = new LineCounter();
  const at = (offset: number, message: string): Problem => {
    const { line, col } = counter.linePos(Math.min(Math.max(0, offset), text.length));
    return { file, line: Math.max(1, line), column: Math.max(1, col), text: message };
  };
  const failed = (problem: Problem): Source => ({
    data: null,
    problems: [problem],
    problemAt: (_path, message) => ({ ...problem, text: message }),
    problemAtKey: (_path, _key, message) => ({ ...problem, text: message }),
    textAt: () => '',
  });
  if (Buffer.byteLength(text) > SIZE_LIMIT) {
    return failed({
      file,
      line: 1,
      column: 1,
      text: `the file has ${Buffer.byteLength(text)} bytes; at most ${SIZE_LIMIT} are read`,
    });
  }
  if (nesting(text) > DEPTH_LIMIT * 4) {
    return failed({
      file,
      line: 1,
      column: 1,
      text: `brackets are nested more than ${DEPTH_LIMIT * 4} deep`,
    });
  }
  try {
    return readDocument(text, counter, at);
  } catch (error) {
    return failed({
      file,
      line: 1,
      column: 1,
      text: `the YAML cannot be read: ${withoutSecrets(describeError(error).message)}`,
    });
  }
}

function readDocument(
  text: string,
  counter: LineCounter,
  at: (offset: number, text: string) => Problem,
): Source {
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, strict: true });
  const problems = [...document.errors, ...document.warnings]
    .slice(0, SYNTAX_LIMIT)
    .map((error) => at(error.pos[0], `the YAML cannot be read: ${withoutSecrets(error.message)}`));
  problems.push(...refuseTricks(document, at));
  const nodeAt = (path: Path): Node | null => nearest(document, path);
  return {
    data: problems.length === 0 ? document.toJS({ maxAliasCount: 0 }) : null,
    problems,
    problemAt: (path, message) => at(nodeAt(path)?.range?.[0] ?? 0, message),
    problemAtKey: (path, key, message) => at(keyOffset(nodeAt(path), key), message),
    textAt: (path) => quote(text, exact(document, path)),
  };
}

/** Aliases can make a small file huge, and hide from its reader what it says. */
function refuseTricks(document: Document, at: (offset: number, text: string) => Problem): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Pair(_key, pair) {
      if (isScalar(pair.key) && typeof pair.key.value === 'string') return;
      const offset = isNode(pair.key) ? pair.key.range?.[0] : undefined;
      problems.push(at(offset ?? 0, 'found a key that is no plain text; expected a name'));
    },
    Alias(_key, node) {
      problems.push(
        at(
          node.range?.[0] ?? 0,
          `found the alias *${withoutSecrets(node.source)}, but aliases are not allowed; write the text twice`,
        ),
      );
    },
    Node(_key, node, path) {
      if (path.length <= DEPTH_LIMIT * 2) return undefined;
      problems.push(at(node.range?.[0] ?? 0, `nested more than ${DEPTH_LIMIT} deep`));
      return visit.BREAK;
    },
  });
  return problems;
}

function exact(document: Document, path: Path): Node | null {
  const node = document.getIn([...path], true);
  return isNode(node) && node.range != null ? node : null;
}

/** The node at the path, or the nearest one around it that is in the file. */
function nearest(document: Document, path: Path): Node | null {
  for (let length = path.length; length > 0; length -= 1) {
    const node = exact(document, path.slice(0, length));
    if (node !== null) return node;
  }
  return document.contents;
}

function keyOffset(node: Node | null, key: string): number {
  if (!isMap(node)) return node?.range?.[0] ?? 0;
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return isNode(pair?.key) ? (pair.key.range?.[0] ?? 0) : (node.range?.[0] ?? 0);
}

function quote(text: string, node: Node | null): string {
  if (node?.range == null) return '';
  const [first = ''] = text.slice(node.range[0], node.range[1]).split('\n');
  const line = withoutSecrets(first);
  return line.length > 60 ? `"${line.slice(0, 59)}…"` : `"${line}"`;
}

/** Deepest nesting of flow brackets, which would exhaust the parser's stack. */
function nesting(text: string): number {
  let depth = 0;
  let most = 0;
  for (const character of text) {
    if (character === '[' || character === '{') {
      depth += 1;
      most = Math.max(most, depth);
    } else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
  }
  return most;
}
