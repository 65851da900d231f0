const LONGEST_KEY = 64;
const LONGEST_VALUE = 200;
const MOST_TAGS = 20;

/** One `key='value'` pair of the sqlcommenter specification; `\'` stands for a quote. */
const PAIR = /([^\s,='"*]+)='((?:[^'\\]|\\.)*)'/g;
const WHOLE = /^\s*(?:[^\s,='"*]+='(?:[^'\\]|\\.)*'\s*,?\s*)+$/;

/**
 * Reads the tags of a sqlcommenter comment at the beginning or the end of a query text, URL-decoded. A comment that
 * is anything else gives no tags. See https://google.github.io/sqlcommenter/spec/.
 */
export function readTags(text: string): Record<string, string> {
  const leading = /^\s*\/\*((?:(?!\*\/|\/\*)[\s\S])*)\*\//.exec(text)?.[1];
  const start = text.lastIndexOf('/*');
  const trailing =
    start < 0 ? undefined : /^\/\*((?:(?!\*\/)[\s\S])*)\*\/\s*;?\s*$/.exec(text.slice(start))?.[1];
  const tags = [...pairs(leading), ...pairs(trailing)].slice(0, MOST_TAGS);
  return Object.fromEntries(tags);
}

function pairs(comment: string | undefined): [string, string][] {
  if (comment === undefined || !WHOLE.test(comment)) return [];
  return [...comment.matchAll(PAIR)].map(([, key = '', value = '']) => [
    clean(key, LONGEST_KEY),
    clean(value.replace(/\\(.)/g, '$1'), LONGEST_VALUE),
  ]);
}

function clean(encoded: string, longest: number): string {
  return decode(encoded)
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, longest);
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
