/** Breaks a line at spaces so that it fits; a word that is longer stays whole. A list item hangs under its text. */
export function wrap(text: string, { width, indent }: { width: number; indent: number }): string[] {
  const hang = text.startsWith('- ') || text.startsWith('→ ') ? 2 : 0;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const room = width - indent - (lines.length === 0 ? 0 : hang);
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((one, index) => `${' '.repeat(indent + (index === 0 ? 0 : hang))}${one}`);
}
