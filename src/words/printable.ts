/** Text from outside for a terminal: on one line, without control sequences and characters that turn its direction. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, '')
    .trim();
}

/** Text of several lines from outside, such as a statement: each line as it stands, without control characters. */
export function printableLines(text: string): string[] {
  return text
    .toWellFormed()
    .replaceAll('\t', '  ')
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, '').trimEnd());
}
