/** What stands where a secret stood. */
const SECRET = '<secret>';

/** Each pattern with what it becomes; the order matters, as a later one sees what an earlier one left. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, SECRET],
  // The password of a URL, with whatever it holds up to the last @ before a space.
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,200}:)[^\s]{0,500}@/gi, `$1${SECRET}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${SECRET}`],
  [
    /\b((?:[\w-]{0,40}[_-])?(?:password|passwd|pwd|pgpassword|secret|token|api[_-]?key|access[_-]?key)["']?\s{0,3}[=:]\s{0,3})(?:"[^"\n]*"|'[^'\n]*'|(?!<secret>)[^\s,;]+)/gi,
    `$1${SECRET}`,
  ],
  [/\b(?:xox[a-z]|xapp|gh[opsu]|github_pat|glpat|sk|pk)[-_][\w-]{10,}/g, SECRET],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, SECRET],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, SECRET],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, '<e-mail>'],
];

/** Code between backquotes: what is quoted in it is a literal of a statement. */
const CODE = /```[\s\S]*?(?:```|$)|`[^`\n]+`/g;
const LITERAL = /'(?:[^'\n]|'')*'/g;
/** A payment card, with or without gaps. */
const CARD = /\b\d(?:[ -]?\d){12,18}\b/g;

/**
 * A text that people wrote, without what looks like a secret or like somebody's data: passwords, keys and tokens, e-mail
 * addresses, card numbers, and the literals of quoted statements. It errs on hiding; what looks like nothing stays.
 */
export function redact(text: string): string {
  const bare = RULES.reduce((left, [pattern, by]) => left.replaceAll(pattern, by), text);
  return bare
    .replaceAll(CODE, (code) => code.replaceAll(LITERAL, "'?'"))
    .replaceAll(CARD, (digits) => (isCard(digits) ? '<number>' : digits));
}

/** The check digit of card numbers (ISO/IEC 7812). */
function isCard(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '').split('').map(Number).reverse();
  const sum = digits.reduce((total, digit, index) => {
    const twice = digit * 2;
    return total + (index % 2 === 0 ? digit : twice > 9 ? twice - 9 : twice);
  }, 0);
  return sum % 10 === 0;
}
