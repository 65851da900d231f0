import { isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type ErrorCode, FirebreakError } from '../domain/errors.ts';

/** Bytes of a file that are read. */
const SIZE_LIMIT = 256 * 1024;

export interface YamlFile<S extends z.ZodType> {
  /** Name that problems are reported under. */
  readonly file: string;
  readonly text: string;
  readonly schema: S;
  /** Code of the error that is thrown. */
  readonly code: Extract<ErrorCode, 'bad-config' | 'bad-runbook'>;
  readonly hint: string;
}

/** A place in a file and what is wrong there. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** True when the path's last part is a key that should not be there. */
  readonly atKey?: boolean;
}

/**
 * Reads YAML 1.2 against a schema. All problems are reported at once, each as
 * `file:line:column path: what is wrong, found "the offending text"`. Aliases are refused: nothing here needs them.
 */
export function parseYaml<S extends z.ZodType>(
  source: YamlFile<S>,
  further?: (value: z.output<S>) => Problem[],
): z.output<S> {
  const { file, text } = source;
  const fail = (problems: readonly string[]): never => {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    throw new FirebreakError(
      source.code,
      `${file} has ${count}:\n${problems.map((line) => `  ${line}`).join('\n')}`,
      {
        hint: source.hint,
      },
    );
  };
  if (Buffer.byteLength(text) > SIZE_LIMIT)
    return fail([`${file}:1:1 The file is larger than ${SIZE_LIMIT} bytes.`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  if (document.errors.length > 0) {
    return fail(document.errors.map((error) => `${at(error.pos[0])} ${error.message}`));
  }
  const describe = ({ path, message, atKey }: Problem): string => {
    const { offset, found } = locate(document.contents, path, atKey === true, text);
    const where = path.length === 0 ? '' : ` ${path.map(String).join('.')}:`;
    return `${at(offset)}${where} ${message}${found === '' ? '' : `; found ${found}`}`;
  };
  const json = toJson(
    () => document.toJS({ maxAliasCount: 0 }),
    (message) => fail([`${at(0)} ${message}`]),
  );
  const parsed = source.schema.safeParse(json);
  if (!parsed.success) return fail(parsed.error.issues.flatMap(problemsOf).map(describe));
  const more = further?.(parsed.data) ?? [];
  return more.length === 0 ? parsed.data : fail(more.map(describe));
}

function toJson(read: () => unknown, fail: (message: string) => never): unknown {
  try {
    return read();
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** The problems of a zod issue; unknown keys are pointed at one by one. */
export function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: 'this key is not known here',
      atKey: true,
    }));
  }
  return [{ path: issue.path, message: issue.message }];
}

/** Where a path is in the text; a part that is missing is looked for at its nearest parent. */
function locate(
  root: Node | null,
  path: readonly PropertyKey[],
  atKey: boolean,
  text: string,
): { offset: number; found: string } {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [index, part] of path.entries()) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === part) : undefined;
    if (atKey && index === path.length - 1 && isNode(pair?.key))
      return { offset: pair.key.range?.[0] ?? offset, found: '' };
    const child: unknown =
      isNode(node) && 'get' in node && typeof node.get === 'function' ? node.get(part, true) : undefined;
    if (!isNode(child)) return { offset, found: '' };
    node = child;
    offset = child.range?.[0] ?? offset;
  }
  const range = isNode(node) ? node.range : undefined;
  const found = range == null ? '' : text.slice(range[0], range[1]).split('\n', 1)[0]?.trim().slice(0, 60);
  return { offset, found: found === undefined || found === '' ? '' : `"${withoutSecrets(found)}"` };
}

/** People write passwords and tokens where a reference belongs; an error must not carry them further. */
function withoutSecrets(text: string): string {
  return text.replace(/:\/\/[^@\s]*(?:@|$)/g, '://<secret>@').replace(/\b(?:xox[a-z]|xapp)-\S*/g, '<secret>');
}
