import type { z } from 'zod';

/** One finding in the shape of `blocks.validate`: where, what kind, and a sentence. */
export interface BlockKitError {
  /** JSON pointer from the root of what was validated. */
  pointer: string;
  code: string;
  message: string;
  constraint?: { type: string; expected?: string[]; got?: string };
}

type Path = readonly PropertyKey[];

/** Writes a path as a JSON pointer, such as `/blocks/2/text/text`. */
export function pointerOf(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function failed(path: Path, message: string, constraint?: BlockKitError['constraint']): BlockKitError {
  const error = { pointer: pointerOf(path), code: 'failed_constraint', message };
  return constraint === undefined ? error : { ...error, constraint };
}

function tooBig(issue: z.core.$ZodIssueTooBig, path: Path): BlockKitError {
  if (issue.origin === 'string')
    return failed(path, `must be less than ${Number(issue.maximum) + 1} characters`);
  if (issue.origin === 'array') return failed(path, `no more than ${issue.maximum} items allowed`);
  return failed(path, `must be no more than ${issue.maximum}`);
}

function tooSmall(issue: z.core.$ZodIssueTooSmall, path: Path): BlockKitError {
  if (issue.origin === 'string')
    return failed(path, `must be more than ${Number(issue.minimum) - 1} characters`);
  if (issue.origin === 'array') return failed(path, `no fewer than ${issue.minimum} items allowed`);
  return failed(path, `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`);
}

function wrongValue(expected: readonly unknown[], input: unknown, path: Path): BlockKitError {
  const names = expected.map(String);
  const constraint = { type: 'enum', expected: names, got: String(input) };
  if (path.at(-1) === 'type') return failed(path, `unsupported type: ${String(input)}`, constraint);
  return failed(path, `must be one of: ${names.join(', ')}`, constraint);
}

const ARTICLES: Record<string, string> = { array: 'an array', object: 'an object', string: 'a string' };

function wrongType(issue: z.core.$ZodIssueInvalidType, path: Path): BlockKitError {
  if (issue.input === undefined) return missing(path);
  const kind = ARTICLES[issue.expected] ?? `a ${issue.expected}`;
  return failed(path, issue.expected === 'object' ? `must provide ${kind}` : `must be ${kind}`);
}

function missing(path: Path): BlockKitError {
  const pointer = pointerOf(path.slice(0, -1));
  return { pointer, code: 'missing_field', message: `missing required field: ${String(path.at(-1))}` };
}

/** Writes one issue of zod as Slack words it. The root path is put before the issue's own. */
export function toBlockKitErrors(issue: z.core.$ZodIssue, root: Path): BlockKitError[] {
  const path = [...root, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => failed(path, `invalid additional property: ${key}`));
    case 'too_big':
      return [tooBig(issue, path)];
    case 'too_small':
      return [tooSmall(issue, path)];
    case 'invalid_type':
      return [wrongType(issue, path)];
    case 'invalid_value':
      return [issue.input === undefined ? missing(path) : wrongValue(issue.values, issue.input, path)];
    case 'invalid_union':
      return [unknownKind(issue, path)];
    default:
      return [failed(path, issue.message)];
  }
}

function unknownKind(issue: z.core.$ZodIssueInvalidUnion, path: Path): BlockKitError {
  const { input } = issue;
  const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined;
  if (type === undefined) return missing(path.at(-1) === 'type' ? path : [...path, 'type']);
  const got = typeof type === 'string' ? type : JSON.stringify(type);
  return failed(path, `unsupported type: ${got}`, { type: 'enum', got });
}
