/** Characters that a name may hold: beside one of them it is part of another word. */
const PART = /[A-Za-z0-9_-]/;

/** Those of the names that a text holds as words of their own, in the order in which they come. */
export function namedIn(text: string, names: readonly string[]): string[] {
  const lower = text.toLowerCase();
  const found = names.flatMap((name) => {
    const at = placeOf(lower, name.toLowerCase());
    return at === -1 ? [] : [{ name, at }];
  });
  return found.sort((a, b) => a.at - b.at).map(({ name }) => name);
}

/** The database that a text is about: the one that a label names, or the only one that it holds; else null. */
export function databaseIn(text: string, databases: readonly string[]): string | null {
  const labelled = [...text.matchAll(/\bdatabase["']?\s{0,3}[=:]\s{0,3}["'`*]{0,3}([\w-]{1,80})/gi)]
    .map(([, value]) => value ?? '')
    .flatMap((value) => databases.find((name) => name.toLowerCase() === value.toLowerCase()) ?? []);
  const [first] = labelled;
  if (first !== undefined) return first;
  const [only, ...others] = namedIn(text, databases);
  return only !== undefined && others.length === 0 ? only : null;
}

function placeOf(text: string, name: string): number {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + name.length] ?? ' ';
    if (!PART.test(before) && !PART.test(after)) return at;
  }
  return -1;
}
