import { RE2JS } from 're2js';
import { z } from 'zod';

/** Whether a label of an alert is, is not, matches or does not match a value, in Alertmanager's notation. */
export const Matcher = z.object({
  name: z.string().min(1),
  operator: z.enum(['=', '!=', '=~', '!~']),
  /** Text, or a regular expression of RE2 that has to fit the whole value. */
  value: z.string(),
});
export type Matcher = z.infer<typeof Matcher>;

/** Labels of an alert; one that is not there is empty, as in Alertmanager. */
export type Labels = Readonly<Record<string, string>>;

/** Bounds of what is parsed. RE2 takes a time linear in its input, so these bound a match too. */
const MOST_MATCHERS = 20;
const LONGEST_VALUE = 1_000;
const LONGEST_TEXT = 20_000;
/** Characters of a label that an expression is held against. */
const MOST_LOOKED_AT = 4_096;

const NAME = String.raw`(?<name>[A-Za-z_][A-Za-z0-9_.:/-]*)|"(?<quotedName>(?:[^"\\]|\\.)+)"`;
const VALUE = String.raw`"(?<quoted>(?:[^"\\]|\\.)*)"|(?<bare>[^\s"'{},=!~]+)`;
const MATCHER = new RegExp(String.raw`\s*(?:${NAME})\s*(?<operator>=~|!=|!~|=)\s*(?:${VALUE})\s*`, 'sy');

/**
 * Matchers in Alertmanager's notation: `severity="critical", alertname=~"Postgres.*"`, in braces or not. A value without
 * quotes holds no space and none of `"'{},=!~`. Answers a sentence that says what is wrong.
 */
export function parseMatchers(text: string): readonly Matcher[] | string {
  if (text.length > LONGEST_TEXT) return `Matchers have at most ${LONGEST_TEXT} characters.`;
  const list = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1] ?? text;
  const matchers: Matcher[] = [];
  for (let at = 0; at < list.length || at === 0; ) {
    MATCHER.lastIndex = at;
    const { groups } = MATCHER.exec(list) ?? {};
    if (groups === undefined) return notUnderstood(list.slice(at));
    const matcher = matcherOf(groups);
    const problem = problemOf(matcher);
    if (problem !== null) return problem;
    matchers.push(matcher);
    if (matchers.length > MOST_MATCHERS) return `At most ${MOST_MATCHERS} matchers can be given together.`;
    at = MATCHER.lastIndex;
    if (at < list.length && list[at] !== ',') return notUnderstood(list.slice(at));
    at += 1;
  }
  return matchers;
}

/** Matchers that hold together. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matches(matcher, labels));
}

/** Whether alerts that have none of these labels would match: such matchers are about everything. */
export function matchesEverything(matchers: readonly Matcher[]): boolean {
  return matchesAll(matchers, {});
}

/** Matchers as they are written. */
export function matchersText(matchers: readonly Matcher[]): string {
  return matchers
    .map(({ name, operator, value }) => `${nameText(name)}${operator}${quoted(value)}`)
    .join(', ');
}

function matches({ name, operator, value }: Matcher, labels: Labels): boolean {
  const found = (Object.hasOwn(labels, name) ? labels[name] : undefined) ?? '';
  switch (operator) {
    case '=':
      return found === value;
    case '!=':
      return found !== value;
    case '=~':
      return expression(value).matches(found.slice(0, MOST_LOOKED_AT));
    case '!~':
      return !expression(value).matches(found.slice(0, MOST_LOOKED_AT));
  }
}

/** Compiled expressions; configuration and silences have a few, whoever tries many gets them compiled anew. */
const compiled = new Map<string, RE2JS>();
const MOST_COMPILED = 500;

function expression(value: string): RE2JS {
  const known = compiled.get(value);
  if (known !== undefined) return known;
  const made = RE2JS.compile(value);
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(value, made);
  return made;
}

function matcherOf({
  name,
  quotedName,
  operator,
  quoted: inQuotes,
  bare,
}: Record<string, string | undefined>) {
  return {
    name: name ?? unescaped(quotedName ?? ''),
    operator: Matcher.shape.operator.parse(operator),
    value: bare ?? unescaped(inQuotes ?? ''),
  };
}

function problemOf({ name, operator, value }: Matcher): string | null {
  if (value.length > LONGEST_VALUE)
    return `The value for "${name}" has more than ${LONGEST_VALUE} characters.`;
  if (operator === '=' || operator === '!=') return null;
  try {
    expression(value);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `"${value}" is no regular expression of RE2: ${why}.`;
  }
}

function notUnderstood(rest: string): string {
  const where = rest.trim() === '' ? 'at the end' : `at: ${rest.trim().slice(0, 60)}`;
  return `This is no matcher such as severity="critical" or alertname=~"Postgres.*" (${where}).`;
}

/** As in Alertmanager: \" \\ and \n; a backslash before anything else stays, so that \d needs no second one. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(["\\n])/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function nameText(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.:/-]*$/.test(name) ? name : quoted(name);
}
