/** Control characters, and those that turn the direction of text around or cannot be seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const MARKUP = /[\\`*_{}[\]<>#|~]/g;

/**
 * Text from outside as plain words in Markdown: on one line, without markup, links and mentions
 * (github.github.com/gfm, 6.9 autolinks: `www.` and `://` make a link by themselves).
 */
export function plain(text: string): string {
  const line = text.toWellFormed().replaceAll(/\s+/g, ' ').replaceAll(UNSEEN, '').trim();
  return line
    .replaceAll(MARKUP, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('://', ':\\/\\/')
    .replaceAll(/www\./gi, (found) => found.replace('.', '\\.'))
    .replaceAll('@', '@\u200b');
}

/** A section with its title, or nothing when there are no lines. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, '', ...lines, ''];
}

export function bullets(lines: readonly string[]): string[] {
  return lines.map((line) => `- ${plain(line)}`);
}
