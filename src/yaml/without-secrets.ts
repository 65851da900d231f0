/** People write passwords and tokens where a reference belongs; an error must not carry them further. */
export function withoutSecrets(text: string): string {
  return text.replace(/:\/\/[^@\s]*(?:@|$)/g, '://<secret>@').replace(/\b(?:xox[a-z]|xapp)-\S*/g, '<secret>');
}
