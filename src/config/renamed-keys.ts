import type { Problem } from '../yaml/problems.ts';
import type { Source } from '../yaml/source.ts';

/** A key that has another name or place by now. Its old name goes on to work until the next major version. */
export interface RenamedKey {
  /** Where it stood, as `state.folder`; `*` stands for each entry of a list. */
  readonly from: string;
  /** Its last name today, beside the others of its section. */
  readonly to: string;
  /** The version that renamed it. */
  readonly since: string;
}

/** Every key that was renamed since the first release. */
export const renamedKeys: readonly RenamedKey[] = [];

type Section = Record<string, unknown>;

/**
 * Takes old names for those of today, and tells where they stand. A file that has both keeps both: its old one is then
 * refused as unknown.
 */
export function withTodaysKeys(
  source: Source,
  renamed: readonly RenamedKey[] = renamedKeys,
): { readonly data: unknown; readonly warnings: readonly Problem[] } {
  const warnings: Problem[] = [];
  const data = renamed.reduce((before, { from, to, since }) => {
    const places = from.split('.');
    const last = places.at(-1) ?? from;
    return within(before, places.slice(0, -1), [], (section, path) => {
      if (!Object.hasOwn(section, last) || Object.hasOwn(section, to)) return section;
      const text = `${last} is called ${to} since ${since}; the old name stops working with the next major version`;
      warnings.push(source.problemAtKey(path, last, text));
      return Object.fromEntries(
        Object.entries(section).map(([key, value]) => [key === last ? to : key, value]),
      );
    });
  }, source.data);
  return { data, warnings };
}

/** The same with the sections at these places changed. */
function within(
  value: unknown,
  [place, ...rest]: readonly string[],
  path: readonly PropertyKey[],
  change: (section: Section, path: readonly PropertyKey[]) => Section,
): unknown {
  if (place === '*')
    return Array.isArray(value) ? value.map((one, at) => within(one, rest, [...path, at], change)) : value;
  if (!isSection(value)) return value;
  if (place === undefined) return change(value, path);
  if (!Object.hasOwn(value, place)) return value;
  return { ...value, [place]: within(value[place], rest, [...path, place], change) };
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
