/** `pid 1, 2, 3 and 5 more`: a first word that all names share is said once. */
export function joinNames(names: readonly string[], most: number): string {
  const shown = names.slice(0, most);
  const word = sharedWord(shown);
  const short = shown.map((name, index) => (index === 0 ? name : name.slice(word.length)));
  const left = names.length - shown.length;
  return short.join(', ') + (left > 0 ? ` and ${left} more` : '');
}

/** The first word with the space behind it when all names begin with it, else nothing. */
function sharedWord(names: readonly string[]): string {
  const word = /^[A-Za-z]+ /.exec(names[0] ?? '')?.[0] ?? '';
  return names.length > 1 && names.every((name) => name.startsWith(word)) ? word : '';
}
