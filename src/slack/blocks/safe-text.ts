/**
 * Characters that no reader sees, or that turn the order of the others around: control and format characters (among them
 * right-to-left overrides, zero width and tag characters), line separators, and letters that are drawn as nothing. A tab
 * and a line feed are kept, and the variation selectors that our own signs need.
 */
const UNSEEN = /(?:(?!\n|\t|\u{FE0E}|\u{FE0F})[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}])+/gu;

/**
 * A text from outside as it may be shown: what cannot be seen is shown as `�`, once for each place, so that nothing hides
 * and nothing pretends to be something else. Never longer than the text.
 */
export function safeText(value: string): string {
  return value.toWellFormed().replaceAll('\r\n', '\n').replaceAll(UNSEEN, '\u{FFFD}');
}

/** A text as it is set in a line: a number and its percent sign stay together. For words only, never for what is copied. */
export function typeset(value: string): string {
  return safeText(value).replaceAll(/(?<=\d) %/g, '\u{00A0}%');
}
